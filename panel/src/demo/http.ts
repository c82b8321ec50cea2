/** A small backend's manners: routes by method and path, refusals as RFC 9457, ids and times. */
export type Row = Record<string, unknown>

export interface Ask {
  /** What stands at `:names` of the path, in their order. */
  params: string[]
  query: URLSearchParams
  body: Row
  form: FormData | null
  headers: Headers
  signal: AbortSignal
}
export type Handler = (ask: Ask) => unknown
export interface Route {
  method: string
  path: string
  handle: Handler
}

/** Thrown by a handler; the caller gets it as a problem. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly text: { ru: string; en: string },
  ) {
    super(code)
  }
}

export const get = (path: string, handle: Handler): Route => ({ method: 'GET', path, handle })
export const post = (path: string, handle: Handler): Route => ({ method: 'POST', path, handle })
export const put = (path: string, handle: Handler): Route => ({ method: 'PUT', path, handle })
export const del = (path: string, handle: Handler): Route => ({ method: 'DELETE', path, handle })

/** The first route that fits, and what stands at its names. */
export function find(routes: Route[], method: string, path: string): { route: Route; params: string[] } | null {
  const asked = path.split('/')
  for (const route of routes) {
    if (route.method !== method) continue
    const parts = route.path.split('/')
    if (parts.length === asked.length && parts.every((part, place) => part.startsWith(':') || part === asked[place])) {
      return { route, params: asked.filter((_, place) => parts[place]!.startsWith(':')).map(decodeURIComponent) }
    }
  }
  return null
}

export function isEnglish(): boolean {
  return document.documentElement.lang === 'en'
}

export function refused({ status, code, text }: Refusal): Response {
  const detail = isEnglish() ? text.en : text.ru
  const body = { type: 'about:blank', title: code.replaceAll('_', ' '), status, code, detail, request_id: 'demo' }
  return Response.json(body, { status, headers: { 'content-type': 'application/problem+json' } })
}

export function notFound(): Refusal {
  return new Refusal(404, 'not_found', { ru: 'Этого здесь больше нет.', en: 'This is not here any more.' })
}
export function notInDemo(): Refusal {
  return new Refusal(501, 'not_in_demo', { ru: 'В демонстрации это не работает: за ней нет сервера.', en: 'This does not work in the demo: there is no server behind it.' })
}

let last = 0
export function freshId(): string {
  return `${Date.now().toString(16)}-${(++last).toString(16).padStart(4, '0')}-demo`
}
export function now(): string {
  return new Date().toISOString()
}
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal?.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(new DOMException('stopped', 'AbortError'))
    })
  })
}
export function file(text: string, name: string, type: string): Response {
  return new Response(text, { headers: { 'content-type': type, 'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}` } })
}
export function copy<Value>(value: Value): Value {
  return structuredClone(value)
}
export function without(row: Row, ...names: string[]): Row {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)))
}
/** Without what is null or missing: a change leaves the rest as it is. */
export function given(body: Row): Row {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null && value !== undefined))
}
