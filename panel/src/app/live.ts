import { onlineManager } from '@tanstack/vue-query'
import { readonly, ref, watch } from 'vue'
import { authTicket, call } from '@/api'
import { problemOf } from '@/api/problem'
import type { Change } from '@/lib/feature'
import { readEvents } from '@/lib/sse'
import { features } from './features'
import { queries } from './query'
import { useSession } from './session'

const LOCK = 'secretary.live'
const LATE_MS = 3000
const POLL_MS = 20_000
const LONGEST_WAIT_MS = 30_000
const GATHER_MS = 150

const isLate = ref(false)
const isLive = ref(false)
const listeners = new Set<(change: Change) => void>()
const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(LOCK)
let stop: AbortController | null = null
let lastId = ''
let lateTimer: ReturnType<typeof setTimeout> | undefined
let gathered: { tags: Set<string>; timer?: ReturnType<typeof setTimeout> } = { tags: new Set() }

/** One stream for the whole browser: the tab that holds the lock listens and tells the others. */
export function startLive(): void {
  const session = useSession()
  channel?.addEventListener('message', ({ data }: MessageEvent<Word>) => hear(data))
  const decide = (): void => {
    const wanted = session.isSignedIn && document.visibilityState === 'visible' && onlineManager.isOnline()
    if (wanted && !stop) void listen((stop = new AbortController()).signal)
    if (!wanted && stop) hush()
  }
  watch(() => session.isSignedIn, decide, { immediate: true })
  document.addEventListener('visibilitychange', decide)
  onlineManager.subscribe(decide)
  setInterval(() => stop && !isLive.value && void queries.invalidateQueries(), POLL_MS)
}

/** Is the stream late, and do views have to do with polling? */
export const live = { isLate: readonly(isLate), isLive: readonly(isLive) }

/** Calls back for every change; for what a view keeps outside the query cache. Returns how to stop. */
export function onChange(listener: (change: Change) => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

type Wish = string | ((change: Change, cache: typeof queries) => void)
type Word = { kind: 'state'; isLive: boolean } | { kind: 'told'; id: string; told: Change }

async function listen(signal: AbortSignal): Promise<void> {
  lateTimer = setTimeout(() => (isLate.value = !isLive.value), LATE_MS)
  const lead = (): Promise<void> => streamOn(signal)
  try {
    if ('locks' in navigator) await navigator.locks.request(LOCK, { signal }, lead)
    else await lead()
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

async function streamOn(signal: AbortSignal): Promise<void> {
  for (let tries = 0; !signal.aborted; tries++) {
    try {
      await once(signal, () => (tries = 0))
    } catch (error) {
      if (problemOf(error).status === 401) return
    }
    if (signal.aborted) return
    tell({ kind: 'state', isLive: false })
    await pause(Math.min(LONGEST_WAIT_MS, 500 * 2 ** tries) * (0.75 + Math.random() / 2), signal)
  }
}

async function once(signal: AbortSignal, onOpen: () => void): Promise<void> {
  const { data } = await authTicket({ signal, throwOnError: true })
  const headers = lastId ? { 'last-event-id': lastId } : undefined
  const response = await call(`/admin/events?ticket=${encodeURIComponent(data.ticket)}`, { signal, headers })
  onOpen()
  tell({ kind: 'state', isLive: true })
  for await (const event of readEvents(response)) {
    tell({ kind: 'told', id: event.id, told: JSON.parse(event.data) as Change })
  }
}

function tell(word: Word): void {
  channel?.postMessage(word)
  hear(word)
}

function hear(word: Word): void {
  if (word.kind === 'state') return become(word.isLive)
  if (word.id) lastId = word.id
  become(true)
  if (word.told.type === 'resync') void queries.invalidateQueries()
  else if (word.told.resource) apply(word.told)
}

function become(now: boolean): void {
  clearTimeout(lateTimer)
  if (!now) lateTimer = setTimeout(() => (isLate.value = Boolean(stop) && !isLive.value), LATE_MS)
  else isLate.value = false
  isLive.value = now
}

/** Stale is what a feature says; a resource that no feature names makes the queries of its own tag stale. */
function apply(change: Change): void {
  for (const listener of listeners) listener(change)
  const wishes = features.flatMap<Wish>((feature) => feature.live?.[change.resource] ?? [])
  if (!wishes.length) return later([change.resource, `${change.resource}s`])
  for (const wish of wishes) {
    if (typeof wish === 'function') wish(change, queries)
    else later([wish])
  }
}

function later(tags: string[]): void {
  tags.forEach((tag) => gathered.tags.add(tag))
  gathered.timer ??= setTimeout(() => {
    const { tags: due } = gathered
    gathered = { tags: new Set() }
    void queries.invalidateQueries({
      predicate: ({ queryKey }) => ((queryKey[0] as { tags?: string[] })?.tags ?? []).some((tag) => due.has(tag)),
    })
  }, GATHER_MS)
}

function hush(): void {
  stop?.abort()
  stop = null
  clearTimeout(lateTimer)
  isLate.value = isLive.value = false
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true })
  })
}
