/** Owns the HTTP calls to the server and the kinds of failure they have. Retries belong to `delivery`. */
import type { Settings } from './settings'
import type { Session } from './wire'

/** How long a server may take to begin an answer. */
const CONNECT_MS = 30_000

/** The server said no. `detail` is written for the visitor. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string
  readonly detail: string
  constructor(status: number, code: string, detail: string) {
    super(`${status} ${code}`)
    this.status = status
    this.code = code
    this.detail = detail
  }

  /** The session is not known (any more): begin a new one. */
  get isGone(): boolean {
    return this.status === 401 || this.status === 404
  }

  get isPassing(): boolean {
    return this.status === 408 || (this.status >= 502 && this.status <= 504)
  }
}

export interface Pass {
  id: string
  token: string
}

export interface Outgoing {
  content: string
  /** Made here, so that a repeated request is stored once. */
  message_id: string
}

interface Call {
  method?: 'GET' | 'POST'
  token?: string
  body?: unknown
  headers?: Record<string, string>
  /** Ends the call, and the reading of its answer too. */
  signal?: AbortSignal
}

export class Api {
  readonly #origin: string
  readonly #instance: string

  constructor(settings: Pick<Settings, 'origin' | 'instance'>) {
    this.#origin = settings.origin
    this.#instance = settings.instance
  }

  async isEnabled(): Promise<boolean> {
    const response = await this.#call('status')
    return ((await response.json()) as { enabled: boolean }).enabled
  }

  async begin(language: string, signal: AbortSignal): Promise<Pass> {
    const body = { source_id: this.#instance, language }
    const response = await this.#call('chat/session', { method: 'POST', body, signal })
    const { session, token } = (await response.json()) as { session: Session; token: string }
    return { id: session.id, token }
  }

  async history({ id, token }: Pass): Promise<{ session: Session; token?: string }> {
    const response = await this.#call(`chat/session/${id}`, { token })
    return (await response.json()) as { session: Session; token?: string }
  }

  send({ id, token }: Pass, message: Outgoing, signal: AbortSignal): Promise<Response> {
    const body = { ...message, widget_instance_id: this.#instance }
    return this.#call(`chat/session/${id}/stream`, { method: 'POST', token, body, signal })
  }

  resume({ id, token }: Pass, answer: string, lastId: string, signal: AbortSignal): Promise<Response> {
    const headers: Record<string, string> = lastId ? { 'Last-Event-ID': lastId } : {}
    return this.#call(`chat/session/${id}/messages/${answer}/stream`, { token, headers, signal })
  }

  async cancel({ id, token }: Pass, answer: string): Promise<void> {
    await this.#call(`chat/session/${id}/messages/${answer}/cancel`, { method: 'POST', token })
  }

  async #call(path: string, { method = 'GET', token, body, headers = {}, signal }: Call = {}): Promise<Response> {
    signal?.throwIfAborted()
    const limit = new AbortController()
    const timer = setTimeout(() => limit.abort(new TypeError('connect timeout')), CONNECT_MS)
    signal?.addEventListener('abort', () => limit.abort(signal.reason), { once: true })
    // Every call names its widget: a preflight has nothing else by which the server could check the page's origin.
    const response = await fetch(`${this.#origin}/widget/${path}?instance=${encodeURIComponent(this.#instance)}`, {
      method,
      credentials: 'omit',
      cache: 'no-store',
      signal: limit.signal,
      headers: {
        ...headers,
        ...(token && { Authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }).finally(() => clearTimeout(timer))
    if (!response.ok) throw await refusal(response)
    return response
  }
}

async function refusal(response: Response): Promise<Refusal> {
  const problem = (await response.json().catch(() => ({}))) as { code?: string; detail?: string; title?: string }
  return new Refusal(response.status, problem.code ?? '', problem.detail ?? problem.title ?? '')
}
