import type { QueryClient } from '@tanstack/vue-query'
import type { Change, Feature } from '@/lib/feature'

/** What there is to do is loaded when something happens: nobody waits for it before. */
function soon(change: Change, queries: QueryClient): void {
  void import('./following').then(({ follow }) => follow(change, queries))
}

export const inboxLive: NonNullable<Feature['live']> = { conversation: soon, message: soon, note: soon, canned_answer: soon, contact: ['contacts'], contact_note: ['contacts'] }
