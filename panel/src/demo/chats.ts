import { recorded, store, type Chat } from './data'
import { del, file, freshId, get, now, post, put, type Ask, type Route } from './http'
import { tell } from './live'
import { chatOf, messageOf, opened, sessionOut, show, shownBranch, touch, tree, cut } from './thread'

const AT = '/admin/chat/sessions'
const ONE = `${AT}/:id`

function list({ query }: Ask): unknown {
  const q = (query.get('q') ?? '').toLowerCase()
  const source = query.get('source')
  const found = store.chats.filter((chat) => (!source || chat.source === source) && (!q || chat.title.toLowerCase().includes(q)))
  const offset = Number(query.get('offset')) || 0
  const page = (chats: Chat[]): unknown => chats.slice(offset, offset + (Number(query.get('limit')) || 50)).map(sessionOut)
  if (query.get('group_by') !== 'source') return { sessions: page(found), total: found.length }
  const sources = [...new Set(found.map((chat) => chat.source))]
  return { sessions: Object.fromEntries(sources.map((each) => [each, page(found.filter((chat) => chat.source === each))])), total: found.length, grouped: true }
}

function create({ body }: Ask): unknown {
  const [like] = store.chats
  const chat: Chat = {
    id: freshId(), title: String(body.title ?? ''), source: String(body.source ?? 'admin'), source_id: '', owner_id: store.me.id, assistant_id: like?.assistant_id ?? '',
    language: 'ru', system_prompt: (body.system_prompt as string) ?? null, message_count: 0, last_message: '', created: now(), updated: now(), messages: [],
  }
  store.chats.unshift(chat)
  tell('conversation', 'create', chat.id)
  return { session: sessionOut(chat) }
}

function remove(ids: string[]): number {
  const before = store.chats.length
  store.chats = store.chats.filter((chat) => !ids.includes(chat.id))
  for (const id of ids) tell('conversation', 'delete', id)
  return before - store.chats.length
}

/** Messages that say it, with the places in a snippet. */
function search({ query }: Ask): unknown {
  const q = (query.get('q') ?? '').trim().toLowerCase()
  const inside = query.get('session_id')
  const chats = store.chats.filter((chat) => !inside || chat.id === inside)
  const hits = chats.flatMap((chat) => chat.messages.filter((message) => q && message.content.toLowerCase().includes(q)).map((message) => ({ chat, message })))
  const results = hits.map(({ chat, message }) => {
    const at = message.content.toLowerCase().indexOf(q)
    const from = Math.max(0, at - 40)
    const marks = [[at - from, at - from + q.length]]
    return {
      session_id: chat.id, session_title: chat.title, source: chat.source, message_id: message.id, role: message.role, is_active: message.is_active,
      created: message.created, snippet: message.content.slice(from, at + 120), marks,
    }
  })
  const offset = Number(query.get('offset')) || 0
  return { results: results.slice(offset, offset + (Number(query.get('limit')) || 50)), total: results.length }
}

function exported({ params, query }: Ask): Response {
  const chat = chatOf(params[0]!)
  if (query.get('format') === 'json') return file(JSON.stringify(chat, null, 2), 'chat.json', 'application/json')
  const text = shownBranch(chat).map((message) => `**${message.role}**\n\n${message.content}`).join('\n\n')
  return file(`# ${chat.title}\n\n${text}\n`, 'chat.md', 'text/markdown')
}

function history(): unknown {
  const own = store.chats.find((chat) => chat.source === 'admin')
  const said = own ? shownBranch(own).map(({ role, content, created }) => ({ role, content, created })) : []
  return { history: said, count: said.length }
}

export const chats: Route[] = [
  get(AT, list),
  post(AT, create),
  get('/admin/chat/search', search),
  post(`${AT}/bulk-delete`, ({ body }) => ({ status: 'ok', deleted: remove(body.session_ids as string[]) })),
  get(ONE, ({ params, query }) => opened(chatOf(params[0]!), Number(query.get('last')) || 50, query.has('before') ? Number(query.get('before')) : undefined)),
  put(ONE, ({ params, body }) => {
    const chat = chatOf(params[0]!)
    Object.assign(chat, body)
    tell('conversation', 'update', chat.id)
    return { session: sessionOut(chat) }
  }),
  del(ONE, ({ params }) => (remove([params[0]!]), { status: 'ok' })),
  get(`${ONE}/branches`, ({ params }) => ({ branches: tree(chatOf(params[0]!)) })),
  post(`${ONE}/branches/switch`, ({ params, body }) => {
    const chat = chatOf(params[0]!)
    show(chat, messageOf(chat, String(body.message_id)))
    touch(chat)
    return { ...opened(chat), status: 'ok' }
  }),
  get(`${ONE}/export`, exported),
  get(`${ONE}/notes`, ({ params }) => ({ notes: store.notes[params[0]!] ?? [], total: store.notes[params[0]!]?.length ?? 0 })),
  post(`${ONE}/notes`, ({ params, body }) => {
    const note = { id: freshId(), author_id: store.me.id, text: String(body.text), created: now() }
    store.notes[params[0]!] = [...(store.notes[params[0]!] ?? []), note]
    tell('note', 'create', params[0])
    return { note }
  }),
  del(`${ONE}/notes/:note`, ({ params }) => {
    store.notes[params[0]!] = (store.notes[params[0]!] ?? []).filter((note) => note.id !== params[1])
    tell('note', 'delete', params[0])
    return { status: 'ok' }
  }),
  del(`${ONE}/messages/:message`, ({ params }) => (cut(chatOf(params[0]!), params[1]!), { status: 'ok' })),
  post(`${ONE}/messages/:message/feedback`, ({ params, body }) => {
    const message = messageOf(chatOf(params[0]!), params[1]!)
    message.feedback = Number(body.value) || null
    message.feedback_comment = (body.comment as string) ?? null
    tell('message', 'update', message.id)
    return { message }
  }),
  get('/admin/llm/history', history),
  del('/admin/llm/history', () => ({ status: 'ok', cleared_messages: Number(recorded('/admin/llm/history').count ?? 0) })),
]
