/** Owns a scripted server: the widget's HTTP contract in memory, with faults that a test asks for. */
import { vi } from 'vitest'
import type { AnswerEvent, Message } from '../src/wire'

export interface Seen {
  method: string
  path: string
  headers: Record<string, string>
  body: Record<string, string>
}

type Reply = Response | Error | ((signal: AbortSignal | null | undefined) => Promise<Response>)

export function message(id: string, role: Message['role'], content: string, more: Partial<Message> = {}): Message {
  return { id, role, content, created: '2026-11-22T10:00:00Z', status: 'complete', sources: [], buttons: [], ...more }
}

/** A stream of numbered events; without `done` it breaks off after the last one. */
export function stream(events: AnswerEvent[], { from = 1, done = true } = {}): Response {
  const text = events.map((event, at) => `id: ${from + at}\ndata: ${JSON.stringify(event)}\n\n`).join('')
  return new Response(`: ping\n\n${text}${done ? 'data: [DONE]\n\n' : ''}`, {
    headers: { 'Content-Type': 'text/event-stream' },
  })
}

/** The usual four events of a short answer. */
export function answerTo(asked: string, said: string): AnswerEvent[] {
  return [
    { type: 'user_message', message: message(`u-${asked}`, 'user', asked), answer_id: `a-${asked}` },
    { type: 'chunk', content: said.slice(0, 2) },
    { type: 'chunk', content: said.slice(2) },
    { type: 'assistant_message', message: message(`a-${asked}`, 'assistant', said) },
  ]
}

export function problem(status: number, code: string, detail: string): Response {
  return Response.json({ title: code, code, detail, status }, { status })
}

export class ScriptedServer {
  readonly seen: Seen[] = []
  readonly #replies = new Map<string, Reply[]>()
  #sessions = 0

  constructor() {
    vi.stubGlobal('fetch', (url: string, init?: RequestInit) => this.#answer(url, init))
  }

  /** Queue a reply to `METHOD /path`; the last one stays. A path may end with `*`. */
  on(route: string, ...replies: Reply[]): this {
    this.#replies.set(route, [...(this.#replies.get(route) ?? []), ...replies])
    return this
  }

  calls(part: string): Seen[] {
    return this.seen.filter(({ method, path }) => `${method} ${path}`.includes(part))
  }

  async #answer(url: string, init: RequestInit = {}): Promise<Response> {
    const { method = 'GET', headers = {}, body, signal } = init
    const [path = '', query] = url.replace(/^https?:\/\/[^/]+\/widget/, '').split('?')
    if (!query?.startsWith('instance=')) return problem(404, 'no_such_instance', `${path} names no widget`)
    this.seen.push({ method, path, headers: headers as Record<string, string>, body: JSON.parse(String(body ?? '{}')) })
    const reply = this.#next(`${method} ${path}`) ?? this.#usual(method, path)
    if (reply instanceof Error) throw reply
    return reply instanceof Response ? reply : reply(signal)
  }

  #next(asked: string): Reply | undefined {
    for (const [route, replies] of this.#replies) {
      const isMatch = route.endsWith('*') ? asked.startsWith(route.slice(0, -1)) : asked === route
      if (isMatch) return replies.length > 1 ? replies.shift() : copy(replies[0])
    }
    return undefined
  }

  #usual(method: string, path: string): Reply {
    if (path.startsWith('/status')) return Response.json({ enabled: true })
    if (method === 'POST' && path === '/chat/session') {
      const id = `s${++this.#sessions}`
      return Response.json(
        { session: { id, created: '', messages: [] }, token: `token-${id}`, expires_at: '' },
        { status: 201 },
      )
    }
    return problem(404, 'not_found', `nothing scripted for ${method} ${path}`)
  }
}

function copy(reply: Reply | undefined): Reply | undefined {
  return reply instanceof Response ? reply.clone() : reply
}
