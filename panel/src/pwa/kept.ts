import { dehydrate, hydrate, type DehydratedState, type Query } from '@tanstack/vue-query'
import { shownOf } from '@/app/offline'
import { queries } from '@/app/query'
import { useSession } from '@/app/session'
import { quiet } from '@/lib/later'

const PLACE = 'secretary.kept'
const ONLY = 'last'
const MOST_CHARACTERS = 3_000_000
const MOST_QUERIES = 150
const OLDEST_MS = 14 * 86_400_000
const QUIET_MS = 4000
/** Tags of what is never written to the disk of a device. */
const SECRET = new Set(['auth', 'users', 'api-keys', 'audit', 'push'])

interface Kept {
  userId: string
  /** Another build may read other shapes. */
  build: string
  at: number
  state: string
}

/** Keeps the last data seen for opening without a network; one person's, gone when he signs out. */
export function startKeeping(): void {
  const session = useSession()
  const later = quiet(() => void save(), QUIET_MS)
  queries.getQueryCache().subscribe((event) => {
    if (event.type === 'updated' && event.action.type === 'success') later()
  })
  document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && void save())
  session.$subscribe(() => !session.isSignedIn && void forget())
  if (!session.isSignedIn) void forget()
}

/** Puts what was kept into the cache; what is there already and newer stays. */
export async function restore(): Promise<void> {
  const kept = await ask<Kept | undefined>('readonly', (place) => place.get(ONLY)).catch(() => undefined)
  if (!kept || kept.userId !== useSession().me?.id || kept.build !== build() || Date.now() - kept.at > OLDEST_MS) return
  hydrate(queries, JSON.parse(kept.state) as DehydratedState)
  shownOf(new Date(kept.at))
}

export async function save(): Promise<void> {
  const userId = useSession().me?.id
  if (!userId || !navigator.onLine) return
  const { state, at } = bounded(queries.getQueryCache().getAll())
  if (!at) return
  const kept: Kept = { userId, build: build(), at, state }
  await ask('readwrite', (place) => place.put(kept, ONLY)).catch(() => undefined)
}

export async function forget(): Promise<void> {
  await ask('readwrite', (place) => place.clear()).catch(() => undefined)
}

/** The newest queries that may be kept, as many as there is room for. */
export function bounded(all: Query[]): { state: string; at: number } {
  const chosen = new Set<string>()
  let room = MOST_CHARACTERS
  const newest = all.filter(mayBeKept).sort((a, b) => b.state.dataUpdatedAt - a.state.dataUpdatedAt)
  for (const query of newest.slice(0, MOST_QUERIES)) {
    room -= JSON.stringify(query.state.data)?.length ?? 0
    if (room < 0) break
    chosen.add(query.queryHash)
  }
  const state = dehydrate(queries, { shouldDehydrateQuery: (query) => chosen.has(query.queryHash), shouldDehydrateMutation: () => false })
  return { state: JSON.stringify(state), at: newest[0]?.state.dataUpdatedAt ?? 0 }
}

function mayBeKept(query: Query): boolean {
  const tags = (query.queryKey[0] as { tags?: string[] } | undefined)?.tags ?? []
  return query.state.status === 'success' && !tags.some((tag) => SECRET.has(tag))
}

function build(): string {
  return document.querySelector<HTMLScriptElement>('script[type=module]')?.src ?? ''
}

function ask<Answer>(mode: IDBTransactionMode, work: (place: IDBObjectStore) => IDBRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(PLACE, 1)
    opening.onupgradeneeded = () => opening.result.createObjectStore(PLACE)
    opening.onerror = () => reject(opening.error)
    opening.onsuccess = () => {
      const database = opening.result
      const request = work(database.transaction(PLACE, mode).objectStore(PLACE))
      request.onsuccess = () => (database.close(), resolve(request.result as Answer))
      request.onerror = () => (database.close(), reject(request.error))
    }
  })
}
