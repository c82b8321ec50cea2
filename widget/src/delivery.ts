/** Owns getting one message to the server and its whole answer back over a network that fails. */
import { type Api, type Outgoing, type Pass, Refusal } from './api'
import { framesOf } from './sse'
import type { Visit } from './visit'
import { type AnswerEvent, isRunning } from './wire'

const FIRST_PAUSE_MS = 700
const LONGEST_PAUSE_MS = 30_000

/** What the visitor should know about the way: nothing, or that we are trying again. */
export type Way = 'through' | 'unsent' | 'broken'

export interface Errand {
  /** Absent when an answer that already runs is followed. */
  message?: Outgoing | undefined
  /** Empty until the server has named the answer. */
  answerId: string
  signal: AbortSignal
  onWay(way: Way): void
}

/** Told before events that repeat the answer from its beginning. */
export interface Restart {
  type: 'restart'
}

interface Progress {
  answerId: string
  lastId: string
  failures: number
  isOver: boolean
}

/**
 * The events of an answer, in order, each once. A lost connection is taken up again: by the same `message_id` until
 * the server has named the answer, by `Last-Event-ID` afterwards. Throws Refusal, and what `signal` was aborted with.
 */
export async function* deliver(api: Api, visit: Visit, errand: Errand): AsyncGenerator<AnswerEvent | Restart> {
  const { signal, onWay } = errand
  const progress: Progress = { answerId: errand.answerId, lastId: '', failures: 0, isOver: false }
  for (;;) {
    try {
      yield* attempt(api, visit, errand, progress)
    } catch (error) {
      if (!signal.aborted && error instanceof Refusal && !error.isPassing) throw error
    }
    signal.throwIfAborted()
    if (progress.isOver) return
    onWay(progress.answerId ? 'broken' : 'unsent')
    await pause(Math.min(FIRST_PAUSE_MS * 2 ** progress.failures++, LONGEST_PAUSE_MS), signal)
  }
}

async function* attempt(
  api: Api,
  visit: Visit,
  errand: Errand,
  progress: Progress,
): AsyncGenerator<AnswerEvent | Restart> {
  const response = await connect(api, visit, errand, progress)
  errand.onWay('through')
  if (!progress.answerId || !progress.lastId) yield { type: 'restart' }
  for await (const { id, data } of framesOf(response)) {
    const event: AnswerEvent | undefined = data === '[DONE]' ? undefined : JSON.parse(data)
    progress.failures = 0
    progress.lastId = id
    if (event?.type === 'user_message') progress.answerId = event.answer_id
    progress.isOver ||= !event || (event.type === 'assistant_message' && !isRunning(event.message.status))
    if (!event) return
    yield event
  }
}

function connect(api: Api, visit: Visit, { message, signal }: Errand, progress: Progress): Promise<Response> {
  const { answerId, lastId } = progress
  const call = (pass: Pass): Promise<Response> =>
    message && !answerId ? api.send(pass, message, signal) : api.resume(pass, answerId, lastId, signal)
  return visit.within(signal, call, answerId ? 1 : 2)
}

/** Wait, but not longer than until the browser is online again. */
function pause(wait_ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      clearTimeout(timer)
      removeEventListener('online', done)
      signal.removeEventListener('abort', done)
      if (signal.aborted) reject(signal.reason)
      else resolve()
    }
    const timer = setTimeout(done, wait_ms * (0.75 + Math.random() / 2))
    addEventListener('online', done)
    signal.addEventListener('abort', done)
  })
}
