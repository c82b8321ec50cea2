import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { answerWith } from '@/api'
import { branchesOf } from '@/chat/branches'
import { contactLink } from '@/chat/contacts'
import { listen, type Heard } from '@/chat/listening'
import { lengthOf, pieces } from '@/chat/marks'
import { overrideOf } from '@/chat/overrides'
import { onceAFrame } from '@/chat/painting'
import { withFirst, withNext, withoutRows, withRow, type SessionRows } from '@/chat/sessions'
import { withExchange, withNewest, withOlder, type Thread } from '@/chat/thread'
import { glance, oneLine } from '@/chat/titles'
import type { Message, Session, SessionPage } from '@/chat/types'
import { stagesOf } from '@/chat/why'

const message = (id: string, parent: string | null, more: Partial<Message> = {}): Message => ({ id, parent_id: parent, role: 'user', content: id, status: 'complete', sources: [], buttons: [], ...more }) as Message
const page = (ids: [string, string | null][], before: number | null): SessionPage => ({ session: { id: 's', messages: ids.map(([id, parent]) => message(id, parent)) }, sibling_info: {}, has_more: before !== null, before }) as unknown as SessionPage
const session = (id: string, updated: string): Session => ({ id, updated }) as Session
const ids = (thread: Thread): string => thread.messages.map(({ id }) => id).join('')

describe('a thread', () => {
  const known = withOlder(withNewest(undefined, page([['c', 'b'], ['d', 'c']], 3)), page([['a', null], ['b', 'a']], null))

  it('keeps what was loaded above while the newest page hangs below it', () => {
    expect(ids(known)).toBe('abcd')
    const fresh = withNewest(known, page([['d', 'c'], ['e', 'd']], 4))
    expect(ids(fresh)).toBe('abcde')
    expect(fresh.before).toBeNull()
  })
  it('drops what was loaded above when another branch is shown', () => {
    const fresh = withNewest(known, page([['y', 'x'], ['z', 'y']], 9))
    expect(ids(fresh)).toBe('yz')
    expect(fresh.before).toBe(9)
  })
  it('does not put a page of another branch before what is shown', () => {
    expect(ids(withOlder({ ...known, before: 1 }, page([['x', null]], null)))).toBe('abcd')
  })
  it('shows a question asked anew in place of what hung there', () => {
    expect(ids(withExchange(known, message('B', 'a'), message('C', 'B')))).toBe('aBC')
  })
})

describe('the list', () => {
  const known: SessionRows = { rows: [session('c', '3'), session('b', '2'), session('a', '1')], total: 5 }

  it('puts a conversation that went on at its place, once', () => {
    const now = withRow(known, session('a', '4'))
    expect(now.rows.map(({ id }) => id)).toEqual(['a', 'c', 'b'])
    expect(now.total).toBe(5)
  })
  it('does not show a new one that belongs below what is loaded', () => {
    expect(withRow(known, session('x', '0'))).toBe(known)
  })
  it('keeps later rows when the first page is read again, without a gap', () => {
    expect(withFirst(known, [session('d', '4'), session('c', '3')], 6).rows.map(({ id }) => id)).toEqual(['d', 'c', 'b', 'a'])
    expect(withFirst(known, [session('z', '9'), session('y', '8')], 90).rows).toHaveLength(2)
  })
  it('adds the next page without doubles, and takes rows out', () => {
    expect(withNext(known, [session('a', '1'), session('0', '0')], 5).rows).toHaveLength(4)
    expect(withoutRows(known, new Set(['b', 'nobody']))).toEqual({ rows: [known.rows[0], known.rows[2]], total: 4 })
  })
})

describe('texts', () => {
  it('counts and cuts characters as the backend does', () => {
    expect(lengthOf('👩a')).toBe(2)
    expect(pieces('👩 чайник!', [[2, 8]])).toEqual([{ text: '👩 ', isMarked: false }, { text: 'чайник', isMarked: true }, { text: '!', isMarked: false }])
  })
  it('makes one short line of anything', () => {
    expect(oneLine(`a\n\n b${'x'.repeat(10_000)}`)).toHaveLength(300)
    expect(glance('**Да** [1], `так`')).toBe('Да , так')
  })
  it('links only what dials or writes', () => {
    expect(contactLink('+7 916 123-45-67')).toBe('tel:+79161234567')
    expect(contactLink('a@example.com')).toBe('mailto:a@example.com')
    for (const bad of ['javascript:alert(1)', 'a@b?bcc=x@y.z', 'tel:1', '@shop', '']) expect(contactLink(bad)).toBeNull()
  })
  it('sends only what was chosen for a chat', () => {
    expect(overrideOf({ backend: '', persona: '', temperature: '' })).toBeUndefined()
    expect(overrideOf({ backend: 'vllm', persona: '', temperature: '0' })).toEqual({ llm_backend: 'vllm', llm_params: { temperature: 0 } })
    expect(overrideOf({ backend: '', persona: '', temperature: '9' })).toBeUndefined()
  })
})

it('folds the tree into its branches', () => {
  const node = (id: string, ...children: object[]): never => ({ id, role: 'user', content_preview: id, is_active: true, more: false, children }) as never
  const found = branchesOf([node('a', node('b', node('c'), node('d', node('e'))))])
  expect(found.map(({ id, depth, length }) => `${id}${depth}${length}`)).toEqual(['a02', 'c11', 'd12'])
  expect(branchesOf([node('a', node('b'))])).toEqual([])
})

it('says of an older answer only which stage gave it', () => {
  const shown = stagesOf(message('a', null, { answered_by: 'knowledge', latency_ms: 12 }), null)
  expect(shown.map(({ stage, outcome }) => `${stage} ${outcome}`)).toEqual(['faq unknown', 'knowledge answered'])
})

describe('painting', () => {
  it('happens once a frame', () => {
    const frames: (() => void)[] = []
    vi.stubGlobal('requestAnimationFrame', (run: () => void) => frames.push(run))
    vi.stubGlobal('cancelAnimationFrame', () => undefined)
    const paint = vi.fn()
    const painter = onceAFrame(paint)
    for (let word = 0; word < 50; word++) painter.ask()
    expect(frames).toHaveLength(1)
    frames[0]!()
    expect(paint).toHaveBeenCalledOnce()
    vi.unstubAllGlobals()
  })
})

describe('listening', () => {
  const stream = (...frames: string[]): Response => new Response(frames.join(''), { headers: { 'content-type': 'text/event-stream' } })
  const chunk = (id: number, content: string): string => `id: ${id}\ndata: ${JSON.stringify({ type: 'chunk', content })}\n\n`
  let asked: (string | null)[] = []
  beforeEach(() => void (asked = []))
  afterEach(() => vi.useRealTimers())

  async function hears(...answers: (() => Response)[]): Promise<Heard[]> {
    vi.useFakeTimers({ shouldAdvanceTime: true, advanceTimeDelta: 100 })
    answerWith(async (request) => {
      asked.push(request.headers.get('last-event-id'))
      return answers[asked.length - 1]!()
    })
    const heard: Heard[] = []
    await listen('s', 'a', 'Да', (event) => heard.push(event), new AbortController().signal)
    return heard
  }

  it('goes on from the last character after the stream broke off, and after a restart', async () => {
    const heard = await hears(
      () => stream(': ping\n\n', chunk(6, ', да')),
      () => new Response('', { status: 502 }),
      () => stream(chunk(7, '!'), 'data: [DONE]\n\n'),
    )
    expect(asked).toEqual(['2', '6', '6'])
    expect(heard.map((event) => (event.type === 'chunk' ? event.content : event.type))).toEqual([', да', 'lost', 'lost', 'back', '!'])
  })
  it('gives up when the conversation is gone', async () => {
    await expect(hears(() => new Response('{"code":"no_such_session"}', { status: 404 }))).rejects.toMatchObject({ status: 404 })
  })
})
