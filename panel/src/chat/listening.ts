import { call } from '@/api'
import { Problem, problemOf } from '@/api/problem'
import { readEvents } from '@/lib/sse'
import { lengthOf } from './marks'
import type { QuickReply, Source } from './types'

/** The backend pings every five seconds: a stream that says nothing for so long is dead. */
export const SILENCE_MS = 12_000
const LONGEST_WAIT_MS = 8000
const FIRST_WAIT_MS = 500

export type Heard =
  | { type: 'chunk'; content: string }
  | { type: 'sources'; sources: Source[] }
  | { type: 'buttons'; buttons: QuickReply[] }
  | { type: 'assistant_message'; message: { content: string; status: string } }
  | { type: 'error'; code: string; message: string }
  | { type: 'lost' | 'back' }

/** Listens to an answer until it is over, from the character after `known` on, through lost networks and restarts.
 *
 * Throws a Problem when the backend refuses (the conversation is gone, the session is over), AbortError when told to stop.
 */
export async function listen(sessionId: string, answerId: string, known: string, hear: (event: Heard) => void, signal: AbortSignal): Promise<void> {
  const url = `/admin/chat/sessions/${sessionId}/messages/${answerId}/stream`
  let at = lengthOf(known)
  for (let tries = 0; ; tries++) {
    try {
      const opened = (): void => {
        if (tries) hear({ type: 'back' })
        tries = 0
      }
      const isOver = await once(url, at, signal, opened, (event, id) => {
        at = id ?? at
        hear(event)
      })
      if (isOver) return
    } catch (error) {
      if (signal.aborted) throw error
      if (!isPassing(error)) throw problemOf(error)
    }
    hear({ type: 'lost' })
    await pause(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries), signal)
  }
}

function isPassing(error: unknown): boolean {
  if (!(error instanceof Problem)) return true
  return error.status === 0 || error.status >= 500 || error.status === 429
}

/** True when the stream came to its end, false when it broke off. */
async function once(url: string, at: number, signal: AbortSignal, opened: () => void, hear: (event: Heard, id: number | null) => void): Promise<boolean> {
  const stop = new AbortController()
  const forward = (): void => stop.abort()
  signal.addEventListener('abort', forward, { once: true })
  if (signal.aborted) stop.abort()
  let timer = setTimeout(forward, SILENCE_MS)
  const beat = (): void => {
    clearTimeout(timer)
    timer = setTimeout(forward, SILENCE_MS)
  }
  try {
    const response = await call(url, { signal: stop.signal, headers: { 'last-event-id': String(at) } })
    opened()
    const watched = response.body!.pipeThrough(new TransformStream<Uint8Array, Uint8Array>({ transform: (bytes, out) => (beat(), out.enqueue(bytes)) }))
    for await (const event of readEvents(new Response(watched))) {
      if (event.data === '[DONE]') return true
      hear(JSON.parse(event.data) as Heard, event.id ? Number(event.id) : null)
    }
    return false
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', forward)
  }
}

/** Ends early when the network is back. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (): void => (clean(), resolve())
    const stopped = (): void => (clean(), reject(new DOMException('stopped', 'AbortError')))
    const timer = setTimeout(done, ms)
    function clean(): void {
      clearTimeout(timer)
      removeEventListener('online', done)
      signal.removeEventListener('abort', stopped)
    }
    addEventListener('online', done)
    signal.addEventListener('abort', stopped)
    if (signal.aborted) stopped()
  })
}
