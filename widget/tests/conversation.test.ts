import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Api } from '../src/api'
import { Conversation } from '../src/conversation'
import { browserMemory } from '../src/memory'
import { Visit } from '../src/visit'
import { ScriptedServer, answerTo, message, problem, stream } from './server'

const ORIGIN = 'https://ai.example'
const SEND = 'POST /chat/session/s1/stream'

let server: ScriptedServer

function begin(): Conversation {
  const api = new Api({ origin: ORIGIN, instance: 'w1' })
  return new Conversation(api, new Visit(api, browserMemory(ORIGIN, 'w1'), 'ru'))
}

function returning(): Conversation {
  browserMemory(ORIGIN, 'w1').keep({ id: 's1', token: 'token-s1' })
  return begin()
}

/** Let everything that is scheduled within `ms` happen. */
const pass = (ms = 50): Promise<unknown> => vi.advanceTimersByTimeAsync(ms)

const lines = ({ entries }: Conversation): string[] =>
  entries.map(({ role, text, status }) => `${role}: ${text} (${status})`)

beforeEach(() => {
  vi.useFakeTimers()
  localStorage.clear()
  server = new ScriptedServer()
})

afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

test('the session is begun with the first message, not before', async () => {
  const conversation = begin()
  await conversation.refresh()
  expect(server.seen).toEqual([])
  server.on(SEND, stream(answerTo('привет', 'Здравствуйте!')))
  conversation.send('привет')
  await pass()
  expect(lines(conversation)).toEqual(['user: привет (complete)', 'assistant: Здравствуйте! (complete)'])
  expect(server.calls('POST /chat/session')[0]?.body).toEqual({ source_id: 'w1', language: 'ru' })
  const [sent] = server.calls(SEND)
  expect(sent?.headers.Authorization).toBe('Bearer token-s1')
  expect(sent?.body).toEqual({
    content: 'привет',
    widget_instance_id: 'w1',
    message_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
  })
})

test('the second message uses the session of the first', async () => {
  server.on(SEND, stream(answerTo('раз', 'Да.')), stream(answerTo('два', 'Нет.')))
  const conversation = begin()
  conversation.send('раз')
  conversation.send('два')
  await pass()
  expect(lines(conversation)).toEqual([
    'user: раз (complete)',
    'assistant: Да. (complete)',
    'user: два (complete)',
    'assistant: Нет. (complete)',
  ])
  expect(server.calls('POST /chat/session').filter(({ path }) => path === '/chat/session')).toHaveLength(1)
})

test('a pressed button sends its value and shows its label', async () => {
  server.on(SEND, stream(answerTo('order', 'Оформляю.')))
  const conversation = begin()
  conversation.send('order', 'Оформить')
  await pass()
  expect(conversation.entries[0]?.text).toBe('Оформить')
  expect(server.calls(SEND)[0]?.body.content).toBe('order')
})

test('a message lost on the way is sent again under the same id', async () => {
  server.on(SEND, new TypeError('offline'), problem(503, 'busy', ''), stream(answerTo('привет', 'Да.')))
  const conversation = begin()
  conversation.send('привет')
  await pass(10)
  expect(conversation.entries[0]?.way).toBe('unsent')
  await pass(10_000)
  expect(lines(conversation)).toEqual(['user: привет (complete)', 'assistant: Да. (complete)'])
  expect(conversation.entries[0]?.way).toBe('through')
  expect(new Set(server.calls(SEND).map(({ body }) => body.message_id)).size).toBe(1)
  expect(server.calls(SEND)).toHaveLength(3)
})

test('the browser coming online ends the waiting', async () => {
  server.on(SEND, ...Array.from({ length: 6 }, () => new TypeError('offline')), stream(answerTo('привет', 'Да.')))
  const conversation = begin()
  conversation.send('привет')
  await pass(30_000)
  const before = server.calls(SEND).length
  dispatchEvent(new Event('online'))
  await pass(1)
  expect(server.calls(SEND).length).toBe(before + 1)
})

test('an answer that breaks off is taken up after the last event seen', async () => {
  const [asked, first, ...rest] = answerTo('привет', 'Здравствуйте!')
  server.on(SEND, stream([asked!, first!], { done: false }))
  server.on('GET /chat/session/s1/messages/a-привет/stream', new TypeError('still down'), stream(rest, { from: 3 }))
  const conversation = begin()
  const ways: string[] = []
  conversation.onChange = () => ways.push(conversation.entries.at(-1)?.way ?? '')
  conversation.send('привет')
  await pass(10_000)
  expect(lines(conversation).at(-1)).toBe('assistant: Здравствуйте! (complete)')
  expect(ways).toContain('broken')
  expect(server.calls('GET').map(({ headers }) => headers['Last-Event-ID'])).toEqual(['2', '2'])
  expect(server.calls(SEND)).toHaveLength(1)
})

test('a stream that breaks after the whole answer is not asked for again', async () => {
  server.on(SEND, stream(answerTo('привет', 'Да.'), { done: false }))
  const conversation = begin()
  conversation.send('привет')
  await pass(60_000)
  expect(lines(conversation).at(-1)).toBe('assistant: Да. (complete)')
  expect(server.seen).toHaveLength(2)
})

test('the stored text replaces what was streamed', async () => {
  const events = answerTo('привет', 'черновик')
  events[3] = {
    type: 'assistant_message',
    message: message('a-привет', 'assistant', 'Чистовик', { sources: [{ title: 'Прайс' }] }),
  }
  server.on(SEND, stream(events))
  const conversation = begin()
  conversation.send('привет')
  await pass()
  expect(conversation.entries[1]).toMatchObject({ text: 'Чистовик', sources: [{ title: 'Прайс' }] })
})

test('a session the server has forgotten is replaced without a word', async () => {
  server.on(SEND, problem(404, 'not_found', ''), stream(answerTo('снова', 'Да.')))
  const conversation = returning()
  conversation.send('снова')
  await pass()
  expect(lines(conversation)).toEqual(['user: снова (complete)', 'assistant: Да. (complete)'])
})

test('a refusal is shown in the words of the server, and can be tried again', async () => {
  server.on(SEND, problem(429, 'rate_limited', 'Слишком часто.'), stream(answerTo('ау', 'Да.')))
  const conversation = begin()
  conversation.send('ау')
  await pass()
  const [asked] = conversation.entries
  expect(asked).toMatchObject({ status: 'failed', problem: 'Слишком часто.' })
  expect(conversation.entries).toHaveLength(1)
  conversation.retry(asked!)
  await pass()
  expect(lines(conversation)).toEqual(['user: ау (complete)', 'assistant: Да. (complete)'])
  expect(new Set(server.calls(SEND).map(({ body }) => body.message_id)).size).toBe(1)
})

test('an error in the stream keeps its safe text', async () => {
  server.on(SEND, stream([answerTo('ау', '')[0]!, { type: 'error', code: 'upstream', message: 'Сервис занят.' }]))
  const conversation = begin()
  conversation.send('ау')
  await pass()
  expect(conversation.entries[1]).toMatchObject({ status: 'failed', problem: 'Сервис занят.' })
})

/** A stream that says `events` and then stays open until it is given up. */
function endless(events: ReturnType<typeof answerTo>) {
  return async (signal: AbortSignal | null | undefined): Promise<Response> => {
    const text = events.map((event) => `id: 1\ndata: ${JSON.stringify(event)}\n\n`).join('')
    const body = new ReadableStream<Uint8Array>({
      start(source) {
        source.enqueue(new TextEncoder().encode(text))
        signal?.addEventListener('abort', () => source.error(signal.reason))
      },
    })
    return new Response(body)
  }
}

test('stop asks the server, and stops listening by itself when the server says nothing', async () => {
  server.on(SEND, endless(answerTo('расскажи', 'Давным-давно').slice(0, 2)))
  server.on('POST /chat/session/s1/messages/a-расскажи/cancel', new Response(null, { status: 202 }))
  const conversation = begin()
  conversation.send('расскажи')
  await pass()
  conversation.stop()
  await pass(100)
  expect(server.calls('cancel')).toHaveLength(1)
  expect(conversation.isAnswering).toBe(true)
  await pass(3000)
  expect(lines(conversation).at(-1)).toBe('assistant: Да (cancelled)')
  expect(conversation.isAnswering).toBe(false)
})

test('stop while nothing gets through takes the message back', async () => {
  server.on(SEND, new TypeError('offline'))
  const conversation = begin()
  conversation.send('ау')
  await pass(5000)
  conversation.stop()
  await pass(10)
  expect(lines(conversation)).toEqual(['user: ау (failed)'])
})

test('silence means that a person holds the conversation', async () => {
  server.on(SEND, stream([answerTo('ау', '')[0]!]))
  const conversation = begin()
  conversation.send('ау')
  await pass()
  expect(lines(conversation)).toEqual(['user: ау (complete)'])
  expect(conversation.isWithPerson).toBe(true)
  expect(browserMemory(ORIGIN, 'w1').session()?.isWithPerson).toBe(true)
})

test.each([['Зову сотрудника.'], [message('n', 'assistant', 'Зову сотрудника.')]])(
  'a hand-over is noted after the answer (%#)',
  async (note) => {
    server.on(
      SEND,
      stream([answerTo('человек', '')[0]!, { type: 'handoff', message: note }, answerTo('человек', 'Сейчас.')[3]!]),
    )
    const conversation = begin()
    conversation.send('человек')
    await pass()
    expect(lines(conversation)).toEqual([
      'user: человек (complete)',
      'assistant: Сейчас. (complete)',
      'note: Зову сотрудника. (complete)',
    ])
    expect(conversation.isWithPerson).toBe(true)
  },
)

test('a returning visitor sees the history, and the answer that still runs goes on', async () => {
  const messages = [message('u', 'user', 'длинно'), message('a', 'assistant', 'Нача', { status: 'streaming' })]
  server.on('GET /chat/session/s1', Response.json({ session: { id: 's1', messages }, token: 'renewed' }))
  server.on(
    'GET /chat/session/s1/messages/a/stream',
    stream([
      { type: 'chunk', content: 'Начало' },
      { type: 'chunk', content: ' и конец' },
    ]),
  )
  const conversation = returning()
  await conversation.refresh()
  await pass()
  expect(lines(conversation)).toEqual(['user: длинно (complete)', 'assistant: Начало и конец (complete)'])
  expect(server.calls('GET /chat/session/s1/messages')[0]?.headers).toEqual({ Authorization: 'Bearer renewed' })
})

test('history is taken over without doubling what is shown', async () => {
  server.on(SEND, stream(answerTo('привет', 'Да.')))
  const conversation = begin()
  conversation.send('привет')
  await pass()
  const messages = [
    message('u-привет', 'user', 'привет'),
    message('a-привет', 'assistant', 'Да.'),
    message('p', 'assistant', 'Я Ольга.'),
  ]
  server.on('GET /chat/session/s1', Response.json({ session: { id: 's1', messages } }))
  const before = conversation.entries[1]
  await conversation.refresh()
  expect(lines(conversation)).toHaveLength(3)
  expect(conversation.entries[1]).toBe(before)
})

test.each([401, 404])('a history that answers %i is forgotten silently', async (status) => {
  server.on('GET /chat/session/s1', problem(status, 'gone', ''))
  const conversation = returning()
  await conversation.refresh()
  expect(browserMemory(ORIGIN, 'w1').session()).toBeUndefined()
  expect(conversation.entries).toEqual([])
})

test('a history that cannot be fetched just now keeps the session', async () => {
  server.on('GET /chat/session/s1', new TypeError('offline'))
  await returning().refresh()
  expect(browserMemory(ORIGIN, 'w1').session()).toBeDefined()
})

test('a new conversation forgets the old one and its running answer', async () => {
  server.on(SEND, endless(answerTo('раз', 'Ответ').slice(0, 2)))
  server.on('POST /chat/session/s1/messages/a-раз/cancel', new Response(null, { status: 202 }))
  server.on('POST /chat/session/s2/stream', stream(answerTo('два', 'Новый.')))
  const conversation = begin()
  conversation.send('раз')
  await pass()
  conversation.clear()
  expect(conversation.entries).toEqual([])
  conversation.send('два')
  await pass(5000)
  expect(lines(conversation)).toEqual(['user: два (complete)', 'assistant: Новый. (complete)'])
})

test('every request goes without cookies', async () => {
  const fetched: RequestInit[] = []
  vi.stubGlobal('fetch', async (_url: string, init: RequestInit) => {
    fetched.push(init)
    return problem(500, 'x', '')
  })
  begin().send('ау')
  await pass()
  expect(fetched.map(({ credentials }) => credentials)).toEqual(['omit'])
})
