import type { QueryClient } from '@tanstack/vue-query'
import { chatLive } from '@/chat/live'
import type { Change } from '@/lib/feature'
import { CASE, COUNTS, ROWS } from './keys'

const GATHER_MS = 400
const cases = new Set<string>()
let timer: ReturnType<typeof setTimeout> | undefined

interface Key {
  _id?: string
  path?: { session_id?: string }
}

/** Brings what is shown up to date with what changed. */
export function follow(change: Change, queries: QueryClient): void {
  const told = chatLive[change.resource]
  if (typeof told === 'function') told(change, queries)
  if (change.resource === 'conversation') gather(change.id, queries)
  else if (change.resource === 'message') stale(queries, CASE)
  else if (change.resource === 'canned_answer') stale(queries, 'inboxListCanned')
}

/** Somewhere something was said or taken over: the list, the numbers and the open one follow, not at each word. */
function gather(id: string, queries: QueryClient): void {
  cases.add(id)
  timer ??= setTimeout(() => {
    const due = new Set(cases)
    cases.clear()
    timer = undefined
    void queries.invalidateQueries({ predicate: ({ queryKey }) => isStale(queryKey[0] as Key, due) })
  }, GATHER_MS)
}

function isStale({ _id, path }: Key, due: ReadonlySet<string>): boolean {
  return _id === ROWS || _id === COUNTS || (_id === CASE && due.has(path?.session_id ?? ''))
}
function stale(queries: QueryClient, id: string): void {
  void queries.invalidateQueries({ predicate: ({ queryKey }) => (queryKey[0] as Key)?._id === id })
}
