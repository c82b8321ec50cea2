import type { ChatReadChatResponse, MeOut } from '@/api/generated'
import type { Row } from './http'

export type Chat = ChatReadChatResponse['session']
interface Recorded {
  at: string
  me: Record<'admin' | 'web', MeOut>
  answers: Record<string, Row>
}

const DAY_MS = 86_400_000
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/
const DAY = /^\d{4}-\d{2}-\d{2}$/

/** What the program answered when it was recorded, and what the visitor makes of it until he closes the page. */
export const store = {
  answers: {} as Record<string, Row>,
  chats: [] as Chat[],
  why: {} as Record<string, Row>,
  me: null as unknown as MeOut,
  notes: {} as Record<string, Row[]>,
}

/** Loads the recording and moves its times: whoever opens the demo sees a business of today. */
export async function load(role: 'admin' | 'web', mode: string, today = Date.now()): Promise<void> {
  const [answers, chats, why] = await Promise.all([import('./data/answers.json'), import('./data/chats.json'), import('./data/why.json')])
  const recorded = answers.default as unknown as Recorded
  const days = Math.max(0, Math.floor((today - Date.parse(recorded.at)) / DAY_MS))
  const moved = <Value>(value: unknown): Value => later(value, days) as Value
  store.answers = moved(recorded.answers)
  store.chats = moved((chats.default as unknown as { chats: Chat[] }).chats)
  store.why = moved((why.default as unknown as { why: Record<string, Row> }).why)
  store.me = { ...recorded.me[role], deployment_mode: mode }
  store.notes = {}
  store.answers['/admin/deployment-mode'] = { mode }
}

/** The same, with each time so many days later. */
export function later(value: unknown, days: number): unknown {
  if (typeof value === 'string') return laterText(value, days)
  if (Array.isArray(value)) return value.map((each) => later(each, days))
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, later(each, days)]))
  return value
}

function laterText(text: string, days: number): string {
  if (!MOMENT.test(text) && !DAY.test(text)) return text
  const at = Date.parse(text)
  if (Number.isNaN(at)) return text
  const day = new Date(Date.parse(text.slice(0, 10)) + days * DAY_MS).toISOString().slice(0, 10)
  return day + text.slice(10)
}

/** What was recorded at this path. */
export function recorded(path: string): Row {
  return (store.answers[path] ??= {})
}

/** The rows of a recorded list; the same array each time. */
export function rowsOf(path: string, name: string): Row[] {
  const answer = recorded(path)
  return (answer[name] ??= []) as Row[]
}
