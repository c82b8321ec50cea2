import type { QueryClient } from '@tanstack/vue-query'
import { chatLive } from '@/chat/live'
import type { Change, Feature } from '@/lib/feature'
import { CASE, COUNTS, ROWS } from './keys'

const GATHER_MS = 400
const cases = new Set<string>()
let timer: ReturnType<typeof setTimeout> | undefined

/** Somewhere something was said or taken over: the list, the numbers and the open conversation follow, not at each word. */
function follow(id: string, queries: QueryClient): void {
  if (id) cases.add(id)
  timer ??= setTimeout(() => {
    const due = new Set(cases)
    cases.clear()
    timer = undefined
    void queries.invalidateQueries({ predicate: ({ queryKey }) => isStale(queryKey[0] as Key, due) })
  }, GATHER_MS)
}

interface Key {
  _id?: string
  path?: { session_id?: string }
}
function isStale({ _id, path }: Key, due: ReadonlySet<string>): boolean {
  return _id === ROWS || _id === COUNTS || (_id === CASE && due.has(path?.session_id ?? ''))
}
function stale(...ids: string[]) {
  return (_: Change, queries: QueryClient): void => void queries.invalidateQueries({ predicate: ({ queryKey }) => ids.includes((queryKey[0] as Key)?._id ?? '') })
}
function told(wish: unknown, change: Change, queries: QueryClient): void {
  if (typeof wish === 'function') (wish as (change: Change, queries: QueryClient) => void)(change, queries)
}

export const inboxLive: NonNullable<Feature['live']> = {
  ...chatLive,
  conversation: (change, queries) => {
    told(chatLive.conversation, change, queries)
    follow(change.id, queries)
  },
  message: (change, queries) => {
    told(chatLive.message, change, queries)
    void queries.invalidateQueries({ predicate: ({ queryKey }) => (queryKey[0] as Key)?._id === CASE })
  },
  contact: ['contacts'],
  contact_note: ['contacts'],
  canned_answer: stale('inboxListCanned'),
}
