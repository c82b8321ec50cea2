import type { MessageOut } from '@/api/generated'
import { store, type Chat } from './data'
import { freshId, get, notFound, now, pause, post, put, type Ask, type Route, type Row } from './http'
import { answerTo, type Known } from './knowing'
import { frame, stream } from './live'
import { chatOf, messageOf, show, shownBranch, touch } from './thread'

const AT = '/admin/chat/sessions/:id'
const MESSAGE = `${AT}/messages/:message`
const FIRST_WORD_MS = 450
const WORD_MS = 34
const running = new Map<string, Promise<void>>()

function message(chat: Chat, role: 'user' | 'assistant', content: string, parent: string | null, more: Partial<MessageOut> = {}): MessageOut {
  const seq = Math.max(0, ...chat.messages.map((each) => each.seq)) + 1
  const made: MessageOut = {
    id: freshId(), seq, role, content, status: 'complete', parent_id: parent, is_active: true, edited: false, answered_by: null, model: null, prompt_tokens: null,
    completion_tokens: null, first_word_ms: null, latency_ms: null, finish_reason: null, sources: [], buttons: [], feedback: null, feedback_comment: null, author_id: null, held: false, withdrawn: null, attachment_count: 0, created: now(), ...more,
  }
  chat.messages.push(made)
  return chat.messages.at(-1)!
}

/** Begins an answer below a question; it is given word by word whether somebody listens or not. */
function answer(chat: Chat, question: MessageOut): MessageOut {
  const made = message(chat, 'assistant', '', question.id, { status: 'queued' })
  show(chat, made)
  running.set(made.id, speak(chat, made, answerTo(question.content)).finally(() => running.delete(made.id)))
  return made
}

async function speak(chat: Chat, made: MessageOut, known: Known): Promise<void> {
  const began = performance.now()
  await pause(FIRST_WORD_MS)
  if (made.status === 'queued') made.status = 'streaming'
  made.first_word_ms = FIRST_WORD_MS
  for (const word of known.text.split(/(?<=\s)/)) {
    if (made.status !== 'streaming') break
    made.content += word
    await pause(WORD_MS)
  }
  if (made.status === 'streaming') made.status = 'complete'
  const isWhole = made.status === 'complete'
  Object.assign(made, { answered_by: known.by, model: known.model, sources: isWhole ? known.sources : [], latency_ms: Math.round(performance.now() - began), finish_reason: isWhole ? 'stop' : 'cancelled' })
  store.why[made.id] = known.why ?? plainWhy(made)
  touch(chat)
}

function plainWhy(made: MessageOut): Row {
  const { answered_by, model, finish_reason, first_word_ms, latency_ms } = made
  const names = ['admit', 'hand_over', 'faq', ...(answered_by === 'faq' ? [] : ['knowledge', 'llm'])]
  const stages = names.map((stage, place) => ({ stage, outcome: place === names.length - 1 ? 'answered' : 'passed', ms: place * 2, code: '' }))
  return { answered_by, model, finish_reason, first_word_ms, latency_ms, why: { began: made.created, ms: latency_ms ?? 0, stages, faq: null, is_answer: null, engine: 'words', passages: [] }, calls: [], cost_micro: {} }
}

async function exchanged({ query }: Ask, question: MessageOut, made: MessageOut): Promise<unknown> {
  if (query.get('wait') !== 'false') await running.get(made.id)
  return { message: question, response: made, error: null }
}

async function ask(asked: Ask): Promise<unknown> {
  const chat = chatOf(asked.params[0]!)
  const content = String(asked.body.content ?? '')
  const question = message(chat, 'user', content, shownBranch(chat).at(-1)?.id ?? null)
  chat.title ||= content.slice(0, 80)
  const made = answer(chat, question)
  touch(chat)
  return exchanged(asked, question, made)
}

async function edit(asked: Ask): Promise<unknown> {
  const chat = chatOf(asked.params[0]!)
  const old = messageOf(chat, asked.params[1]!)
  const question = message(chat, 'user', String(asked.body.content ?? ''), old.parent_id, { edited: true })
  return exchanged(asked, question, answer(chat, question))
}

async function regenerate(asked: Ask): Promise<unknown> {
  const chat = chatOf(asked.params[0]!)
  const old = messageOf(chat, asked.params[1]!)
  const question = messageOf(chat, old.parent_id ?? '')
  return exchanged(asked, question, answer(chat, question))
}

/** An answer from the character after `Last-Event-ID` on, as it is given. */
function listen({ params, headers, signal }: Ask): Response {
  const made = messageOf(chatOf(params[0]!), params[1]!)
  let at = Number(headers.get('last-event-id')) || 0
  return stream(signal, async (say) => {
    for (let isOver = false; !isOver && !signal.aborted; ) {
      isOver = !['queued', 'streaming'].includes(made.status)
      const said = [...made.content]
      if (said.length > at) say(frame({ type: 'chunk', content: said.slice(at).join('') }, (at = said.length)))
      if (!isOver) await pause(WORD_MS, signal)
    }
    await running.get(made.id)
    if (made.sources.length) say(frame({ type: 'sources', sources: made.sources }, at))
    const { id, role, content, status, finish_reason, sources, buttons } = made
    say(frame({ type: 'assistant_message', message: { id, role, content, status, finish_reason, sources, buttons } }, at))
    say('data: [DONE]\n\n')
  })
}

export const answers: Route[] = [
  post(`${AT}/messages`, ask),
  put(MESSAGE, edit),
  post(`${MESSAGE}/regenerate`, regenerate),
  get(`${MESSAGE}/stream`, listen),
  post(`${MESSAGE}/cancel`, ({ params }) => {
    const made = messageOf(chatOf(params[0]!), params[1]!)
    if (['queued', 'streaming'].includes(made.status)) made.status = 'cancelled'
    return { status: 'ok' }
  }),
  get(`${MESSAGE}/why`, ({ params }) => {
    const made = messageOf(chatOf(params[0]!), params[1]!)
    if (made.role !== 'assistant') throw notFound()
    return store.why[made.id] ?? plainWhy(made)
  }),
]
