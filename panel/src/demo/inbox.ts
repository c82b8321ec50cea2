import type { AttachmentOut, DeliveryOut, Inbox, InboxRow, MessageOut, OneInboxSession } from '@/api/generated'
import { recorded, rowsOf, store, type Chat } from './data'
import { freshId, get, notFound, now, pause, post, Refusal, type Ask, type Route } from './http'
import { answerTo } from './knowing'
import { tell } from './live'
import { routesOf } from './tables'
import { chatOf, show, shownBranch, touch } from './thread'

const AT = '/admin/inbox'
const ONE = `${AT}/:id`
const HOLD_MS = 60 * 60_000
const WAIT_MS = 10 * 60_000
const GOES_MS = 700
const REPLIES_MS = 4500
const TYPES: Record<string, string> = { photo: 'image/png', voice: 'audio/wav', file: 'application/pdf' }
const later = (ms: number): string => new Date(Date.now() + ms).toISOString()

/** The conversations of customers, each with what its chat says now. */
export function rows(): InboxRow[] {
  const answer = recorded(AT) as unknown as Inbox & { isReady?: boolean }
  if (!answer.isReady) refresh(answer)
  return answer.sessions.filter((row) => store.chats.some((chat) => chat.id === row.id)) as InboxRow[]
}

/** Who waits, waits since a few minutes, whenever the demo is opened. */
function refresh(answer: Inbox & { isReady?: boolean }): void {
  Object.defineProperty(answer, 'isReady', { value: true })
  for (const row of answer.sessions) {
    if (row.state === 'waiting') Object.assign(row, { waiting_since: later(-4 * 60_000), held_until: later(WAIT_MS - 4 * 60_000) })
    if (row.state === 'person') row.held_until = later(HOLD_MS - 8 * 60_000)
  }
}

export function rowFor(id: string): InboxRow {
  const row = rows().find((each) => each.id === id)
  if (!row) throw notFound()
  const { title, last_message, message_count, updated } = chatOf(id)
  return Object.assign(row, { title, last_message, message_count, updated })
}

function wanted({ query }: Ask): InboxRow[] {
  const q = (query.get('search') ?? '').toLowerCase()
  const says = (row: InboxRow): boolean => !q || `${row.title} ${row.contact?.name ?? ''} ${chatOf(row.id).messages.map((message) => message.content).join(' ')}`.toLowerCase().includes(q)
  return sorted(rows().map((row) => rowFor(row.id)).filter((row) => stands(row, query) && isOf(row, query.get('assignee')) && says(row)))
}
function stands(row: InboxRow, query: URLSearchParams): boolean {
  const is = (name: string, value: string | undefined): boolean => !query.get(name) || query.get(name) === value
  return is('state', row.state) && is('source', row.source) && is('contact_id', row.contact?.id) && (query.get('unread') !== 'true' || row.unread > 0)
}
function isOf(row: InboxRow, who: string | null): boolean {
  if (!who) return true
  return who === 'none' ? !row.assignee : row.assignee?.id === (who === 'me' ? store.me.id : who)
}

export function sorted(found: InboxRow[]): InboxRow[] {
  const rank = (row: InboxRow): string => (row.state === 'waiting' ? `1${row.waiting_since}` : `0${row.updated}`)
  return [...found].sort((a, b) => (a.state === 'waiting' && b.state === 'waiting' ? rank(a).localeCompare(rank(b)) : rank(b).localeCompare(rank(a))))
}

export function paged(found: InboxRow[], query: URLSearchParams): { sessions: InboxRow[]; total: number } {
  const offset = Number(query.get('offset')) || 0
  return { sessions: found.slice(offset, offset + (Number(query.get('limit')) || 50)), total: found.length }
}

function counts(): unknown {
  const all = rows()
  const of = (state: string): number => all.filter((row) => row.state === state).length
  return { secretary: of('secretary'), waiting: of('waiting'), person: of('person'), closed: of('closed'), mine: all.filter((row) => row.assignee?.id === store.me.id && row.state !== 'closed').length, unread: all.filter((row) => row.unread).length }
}

type Details = { deliveries: DeliveryOut[]; attachments: Record<string, AttachmentOut[]> }
function detailsOf(id: string): Details {
  const kept = recorded(`${AT}/${id}`) as unknown as Partial<OneInboxSession>
  kept.session ??= { deliveries: [], attachments: {} } as unknown as OneInboxSession['session']
  return kept.session as unknown as Details
}

function read({ params }: Ask): unknown {
  const row = rowFor(params[0]!)
  const { deliveries, attachments } = detailsOf(row.id)
  return { session: { ...row, window_closes_at: row.source === 'whatsapp' ? later(20 * HOLD_MS) : null, takes_files: row.source !== 'widget', deliveries, attachments } }
}

function step(change: (row: InboxRow, ask: Ask) => void): (ask: Ask) => unknown {
  return (ask) => {
    const row = rowFor(ask.params[0]!)
    change(row, ask)
    tell('conversation', 'update', row.id)
    return { session: row }
  }
}
const me = (): { id: string; name: string } => ({ id: store.me.id, name: store.me.display_name || store.me.username })
const FREE = { state: 'secretary', assignee: null, held_until: null, waiting_since: null, reason: '' } as const

function take(row: InboxRow, { body }: Ask): void {
  const isOther = row.state === 'person' && row.assignee && row.assignee.id !== store.me.id
  if (isOther && !body.force) throw new Refusal(409, 'taken_by_other', { ru: 'Разговор ведёт коллега.', en: 'A colleague has this conversation.' })
  Object.assign(row, { state: 'person', assignee: me(), held_until: later(HOLD_MS), waiting_since: null, reason: row.reason || 'operator', unread: 0 })
}
function assign(row: InboxRow, { body }: Ask): void {
  const user = recorded('/admin/users').users as { id: string; display_name: string; username: string }[]
  const found = user.find((each) => each.id === body.user_id)
  row.assignee = body.user_id === store.me.id ? me() : found ? { id: found.id, name: found.display_name || found.username } : null
  if (!row.assignee && row.state === 'person') Object.assign(row, { state: 'waiting', waiting_since: now() })
}

function colleagues(): unknown {
  const others = (rowsOf('/admin/users', 'users') as { id: string; display_name: string; username: string; role: string }[]).filter((each) => each.id !== store.me.id)
  return { colleagues: [store.me, ...others].map((each) => ({ id: each.id, name: each.display_name || each.username, answers_all: each.role === 'admin' })) }
}

function said(chat: Chat, role: 'user' | 'assistant', content: string, more: Partial<MessageOut>): MessageOut {
  const like = chat.messages[0]!
  const blank = { edited: false, model: null, prompt_tokens: null, completion_tokens: null, first_word_ms: null, latency_ms: null, finish_reason: null, sources: [], buttons: [], feedback: null, feedback_comment: null, author_id: null, held: false, withdrawn: null, attachment_count: 0, answered_by: null }
  const made: MessageOut = { ...like, ...blank, id: freshId(), seq: Math.max(0, ...chat.messages.map((each) => each.seq)) + 1, role, content, status: 'complete', parent_id: shownBranch(chat).at(-1)?.id ?? null, is_active: true, created: now(), ...more }
  chat.messages.push(made)
  show(chat, made)
  touch(chat)
  return made
}

function reply(asked: Ask): unknown {
  const row = rowFor(asked.params[0]!)
  const chat = chatOf(row.id)
  if (!(row.state === 'person' && row.assignee && row.assignee.id !== store.me.id)) take(row, { ...asked, body: { force: true } })
  const isFirst = !chat.messages.some((message) => message.author_id === store.me.id && message.id.endsWith('-demo'))
  const made = said(chat, 'assistant', String(asked.body.text ?? asked.form?.get('text') ?? ''), { answered_by: 'person', author_id: store.me.id })
  if (row.source !== 'widget') void deliver(row, made)
  if (isFirst) void thank(row, chat)
  const { id, seq, content, author_id, created } = made
  return { message: { id, seq, content, author_id, created }, session: rowFor(row.id) }
}

/** The file stays in this page: it is shown in the conversation and can be saved from there. */
async function sendFile(asked: Ask): Promise<unknown> {
  const file = asked.form?.get('file')
  if (!(file instanceof File)) throw new Refusal(422, 'no_file', { ru: 'Пришлите один файл в поле `file`.', en: 'Send one file in the field `file`.' })
  const answer = reply(asked) as { message: { id: string } }
  const attached: AttachmentOut = { id: freshId(), kind: /^image\/(png|jpeg)$/.test(file.type) ? 'photo' : 'file', name: file.name, media_type: file.type, size: file.size, state: 'stored' }
  detailsOf(asked.params[0]!).attachments[answer.message.id] = [attached]
  const message = chatOf(asked.params[0]!).messages.find((each) => each.id === answer.message.id)
  if (message) message.attachment_count = 1
  sent.set(attached.id, file)
  return answer
}
const sent = new Map<string, File>()

function resend({ params }: Ask): unknown {
  const row = rowFor(params[0]!)
  const part = detailsOf(row.id).deliveries.find((each) => each.message_id === params[1] && each.state === 'failed')
  const message = chatOf(row.id).messages.find((each) => each.id === params[1])
  if (!message) throw notFound()
  if (!part) throw new Refusal(409, 'not_undelivered', { ru: 'Это сообщение в пути или уже доставлено: отправлять снова нечего.', en: 'This message is on its way or has arrived; there is nothing to send again.' })
  part.error = ''
  void deliver(row, message)
  return { status: 'queued' }
}

async function deliver(row: InboxRow, made: MessageOut): Promise<void> {
  const { deliveries } = detailsOf(row.id)
  for (const state of ['queued', 'sent', 'delivered', 'read'] as const) {
    const known = deliveries.find((part) => part.message_id === made.id)
    if (known) Object.assign(known, { state, at: now() })
    else deliveries.push({ message_id: made.id, part: 1, state, error: '', at: now() })
    tell('conversation', 'update', row.id)
    await pause(GOES_MS)
  }
}

/** The customer answers, and the secretary keeps silent: a person has the conversation. */
async function thank(row: InboxRow, chat: Chat): Promise<void> {
  await pause(REPLIES_MS)
  if (row.state !== 'person') return
  said(chat, 'user', row.language === 'en' ? 'Thank you, that helps!' : 'Спасибо, так понятно!', { held: true })
  row.unread += 1
  tell('conversation', 'update', row.id)
}

function brief({ params }: Ask): unknown {
  const kept = recorded(`${AT}/${params[0]}/brief`) as { summary?: string; suggestions?: unknown[] }
  const asked = shownBranch(chatOf(params[0]!)).findLast((message) => message.role === 'user')?.content ?? ''
  const known = answerTo(asked)
  const own = known.by === 'faq' ? [{ text: known.text, source: asked.slice(0, 60), kind: 'faq' }] : []
  return { summary: kept.summary ?? asked, suggestions: [...own, ...(kept.suggestions ?? [])].slice(0, 3) }
}

function attachment({ params }: Ask): Response {
  const own = sent.get(params[0]!)
  if (own) return new Response(own, { headers: { 'content-type': own.type, 'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(own.name)}` } })
  const kept = recorded(`${AT}/attachments/${params[0]}`).base64 as string | undefined
  if (!kept) throw notFound()
  const file = store.chats.flatMap((chat) => Object.values(detailsOf(chat.id).attachments).flat()).find((each) => each.id === params[0])
  const bytes = Uint8Array.from(atob(kept), (letter) => letter.charCodeAt(0))
  return new Response(bytes, { headers: { 'content-type': file?.media_type || TYPES[file?.kind ?? 'file']!, 'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(file?.name ?? 'file')}` } })
}

export const inbox: Route[] = [
  get(AT, (asked) => paged(wanted(asked), asked.query)),
  get(`${AT}/counts`, counts),
  get(`${AT}/colleagues`, colleagues),
  get(`${AT}/attachments/:id`, attachment),
  get(ONE, read),
  get(`${ONE}/brief`, brief),
  post(`${ONE}/take`, step(take)),
  post(`${ONE}/give-back`, step((row) => row.state !== 'closed' && Object.assign(row, FREE))),
  post(`${ONE}/close`, step((row) => Object.assign(row, FREE, { state: 'closed', assignee: row.assignee, unread: 0 }))),
  post(`${ONE}/reopen`, step((row) => row.state === 'closed' && Object.assign(row, { state: 'secretary' }))),
  post(`${ONE}/assign`, step(assign)),
  post(`${ONE}/read`, step((row) => (row.unread = 0))),
  post(`${AT}/files/:id`, sendFile),
  post(`${ONE}/reply`, reply),
  post(`${ONE}/messages/:message/resend`, resend),
  ...routesOf({ at: '/admin/canned-answers', rows: 'canned_answers', one: 'canned_answer', resource: 'canned_answer', blank: { title: '' }, search: ['shortcut', 'title', 'text'], gone: () => ({ status: 'ok' }) }),
]
