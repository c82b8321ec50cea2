/** The one door to the backend: the generated calls, with a token, a language, and errors as `Problem`. */
import { client } from './generated/client.gen'
import { problemOf } from './problem'
import { isOver, refreshed, token } from './token'

let language = 'en'

export function speak(wanted: string): void {
  language = wanted
}

async function withToken(request: Request): Promise<Response> {
  const sent = (bearer: string): Promise<Response> => {
    const copy = new Request(request)
    copy.headers.set('accept-language', language)
    if (bearer) copy.headers.set('authorization', `Bearer ${bearer}`)
    return globalThis.fetch(copy)
  }
  const isSigningIn = /\/admin\/auth\/(login|second-factor|refresh|logout)$/.test(request.url)
  if (isSigningIn) return sent(request.url.endsWith('logout') ? token() : '')
  const again = request.clone()
  if (isOver()) await refreshed(token())
  const before = token()
  const response = await sent(before)
  if (response.status !== 401 || !before) return response
  if (!(await refreshed(before))) return response
  const retry = new Request(again)
  retry.headers.set('accept-language', language)
  retry.headers.set('authorization', `Bearer ${token()}`)
  return globalThis.fetch(retry)
}

/** As `fetch`, for what is not in the generated client (streams, downloads); throws a Problem unless 2xx. */
export async function call(input: string, init: RequestInit = {}): Promise<Response> {
  let response: Response | undefined
  try {
    response = await active(new Request(new URL(input, location.origin), init))
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw problemOf(error)
  }
  if (response.ok) return response
  throw problemOf(await response.text(), response)
}

let active = withToken

/** The demo answers itself instead of a backend. */
export function answerWith(fetcher: (request: Request) => Promise<Response>): void {
  active = fetcher
}

client.setConfig({ fetch: ((request: Request) => active(request)) as typeof fetch, throwOnError: true })
client.interceptors.error.use((error, response) => {
  if (error instanceof DOMException && error.name === 'AbortError') return error
  return problemOf(error, response)
})

export { client }
export * from './generated/sdk.gen'
export { Problem, problemOf } from './problem'
