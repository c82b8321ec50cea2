import type { QueryClient } from '@tanstack/vue-query'
import type { Change, Feature } from '@/lib/feature'
import { follow, gone } from './lists'
import { THREAD, threadKey } from './useThread'

const GATHER_MS = 200
const changed = new Set<string>()
let timer: ReturnType<typeof setTimeout> | undefined

/** A conversation went on, was renamed or is gone: its row and its thread follow. */
function conversation(change: Change, queries: QueryClient): void {
  if (change.type === 'delete') {
    gone(new Set([change.id]))
    void queries.invalidateQueries({ queryKey: threadKey(change.id) })
    return
  }
  changed.add(change.id)
  timer ??= setTimeout(() => {
    const ids = new Set(changed)
    changed.clear()
    timer = undefined
    for (const id of ids) {
      void queries.invalidateQueries({ queryKey: threadKey(id) })
      void queries.invalidateQueries({ predicate: ({ queryKey }) => isOf(queryKey, id) })
    }
    void follow(ids, queries)
  }, GATHER_MS)
}

/** Notes and branches of one conversation. */
function isOf(queryKey: readonly unknown[], id: string): boolean {
  const { _id, path } = queryKey[0] as { _id?: string; path?: { session_id?: string } }
  return path?.session_id === id && (_id === 'chatListNotes' || _id === 'chatReadBranches')
}

export const chatLive: NonNullable<Feature['live']> = {
  conversation,
  message: (_, queries) => void queries.invalidateQueries({ queryKey: [{ _id: THREAD }] }),
  note: (_, queries) => void queries.invalidateQueries({ predicate: ({ queryKey }) => (queryKey[0] as { _id?: string })._id === 'chatListNotes' }),
}
