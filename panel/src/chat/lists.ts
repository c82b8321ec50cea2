import type { QueryClient } from '@tanstack/vue-query'
import { chatDeleteChats, chatListChats, chatReadChat } from '@/api'
import { queries } from '@/app/query'
import { withFirst, withNext, withoutRows, withRow, type SessionRows } from './sessions'
import { asThread } from './thread'
import type { Session } from './types'

const PAGE = 100
export const SESSIONS = 'chatSessions'
export const SOURCES = 'chatSources'
export const sessionsKey = (source: string, q = '') => [{ _id: SESSIONS, source, q }] as const

async function page(source: string, q: string, offset: number, signal?: AbortSignal): Promise<SessionRows> {
  const { data } = await chatListChats({ query: { source: source || undefined, q, limit: PAGE, offset }, signal, throwOnError: true })
  return { rows: data.sessions as Session[], total: data.total }
}

/** Conversations of one source, or of all (''), the latest first. */
export function sessionsOptions(source: string, q = '') {
  const queryKey = sessionsKey(source, q)
  return {
    queryKey,
    queryFn: async ({ signal }: { signal: AbortSignal }): Promise<SessionRows> => {
      const first = await page(source, q, 0, signal)
      return withFirst(queries.getQueryData<SessionRows>(queryKey), first.rows, first.total)
    },
  }
}

export function sourcesOptions() {
  return {
    queryKey: [{ _id: SOURCES }] as const,
    queryFn: async ({ signal }: { signal: AbortSignal }): Promise<string[]> => {
      const { data } = await chatListChats({ query: { group_by: 'source', limit: 1 }, signal, throwOnError: true })
      return Object.keys(data.sessions)
    },
  }
}

const loading = new Set<string>()

/** Loads the next rows of a list. */
export async function more(source: string, q = ''): Promise<void> {
  const queryKey = sessionsKey(source, q)
  const known = queries.getQueryData<SessionRows>(queryKey)
  const id = JSON.stringify(queryKey)
  if (!known || known.rows.length >= known.total || loading.has(id)) return
  loading.add(id)
  try {
    const next = await page(source, q, known.rows.length)
    queries.setQueryData<SessionRows>(queryKey, (now) => now && withNext(now, next.rows, next.total))
  } finally {
    loading.delete(id)
  }
}

function eachList(change: (rows: SessionRows, source: string, q: string) => SessionRows): void {
  for (const [key, rows] of queries.getQueriesData<SessionRows>({ queryKey: [{ _id: SESSIONS }] })) {
    const { source, q } = key[0] as { source: string; q: string }
    if (rows) queries.setQueryData(key, change(rows, source, q))
  }
}

/** A conversation as it is now, in every list where it is or belongs. */
export function renamed(session: Session): void {
  eachList((known, source, q) => {
    const isHere = known.rows.some((row) => row.id === session.id)
    return isHere || (!q && (!source || source === session.source)) ? withRow(known, session) : known
  })
}

export function gone(ids: ReadonlySet<string>): void {
  eachList((known) => withoutRows(known, ids))
}

export async function removeSessions(ids: string[]): Promise<void> {
  const MOST = 500
  let deleted = 0
  for (let at = 0; at < ids.length; at += MOST) deleted += (await chatDeleteChats({ body: { session_ids: ids.slice(at, at + MOST) }, throwOnError: true })).data.deleted
  gone(new Set(ids))
  if (deleted < ids.length) await queries.invalidateQueries({ queryKey: [{ _id: SESSIONS }] })
}

/** Brings lists up to date with what changed; where much did, they are read again from their start. */
export async function follow(ids: ReadonlySet<string>, client: QueryClient): Promise<void> {
  const FEW = 5
  const isShown = client.getQueryCache().findAll({ queryKey: [{ _id: SESSIONS }], type: 'active' }).length > 0
  if (!isShown) return client.invalidateQueries({ queryKey: [{ _id: SESSIONS }] })
  if (ids.size > FEW) return client.invalidateQueries({ queryKey: [{ _id: SESSIONS }] })
  await Promise.all([...ids].map(async (id) => {
    const { data } = await chatReadChat({ path: { session_id: id }, query: { last: 1 }, throwOnError: false })
    if (!data?.session) return gone(new Set([id]))
    const { session } = asThread(data)
    renamed(session)
    const sources = client.getQueryData<string[]>([{ _id: SOURCES }])
    if (sources && !sources.includes(session.source)) await client.invalidateQueries({ queryKey: [{ _id: SOURCES }] })
  }))
}
