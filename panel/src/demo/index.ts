import { answerWith } from '@/api'
import { keep } from '@/api/token'
import { useSession } from '@/app/session'
import { load } from './data'
import { find, notInDemo, pause, Refusal, refused, type Ask, type Row } from './http'
import { routes } from './routes'

const WAITS_MS = import.meta.env.MODE === 'test' ? 0 : 90
const LONG_S = 1_000_000

/** The panel without a backend: signs the visitor in and answers everything itself. */
export async function startDemo(): Promise<void> {
  const role = import.meta.env.VITE_DEMO_ROLE === 'web' ? 'web' : 'admin'
  await load(role, import.meta.env.VITE_DEMO_DEPLOYMENT_MODE === 'cloud' ? 'cloud' : 'full')
  answerWith(demoFetch)
  keep('demo', LONG_S)
  await useSession().load()
}

/** What the backend would answer; what the demo does not know, it says so. */
export async function demoFetch(request: Request): Promise<Response> {
  await pause(WAITS_MS, request.signal)
  const url = new URL(request.url)
  const found = find(routes, request.method, url.pathname)
  try {
    if (!found) throw notInDemo()
    const ask: Ask = { params: found.params, query: url.searchParams, headers: request.headers, signal: request.signal, ...(await contentOf(request)) }
    const answer = await found.route.handle(ask)
    if (answer instanceof Response) return answer
    return answer === undefined ? new Response(null, { status: 204 }) : Response.json(answer)
  } catch (error) {
    if (error instanceof Refusal) return refused(error)
    throw error
  }
}

async function contentOf(request: Request): Promise<Pick<Ask, 'body' | 'form'>> {
  const type = request.headers.get('content-type') ?? ''
  if (type.includes('multipart/')) return { body: {}, form: await request.formData() }
  const text = request.method === 'GET' ? '' : await request.text()
  return { body: text ? (JSON.parse(text) as Row) : {}, form: null }
}
