import { mount } from '@vue/test-utils'
import { h } from 'vue'
import { describe, expect, it } from 'vitest'
import { Problem, problemOf } from '../src/api/problem'
import { russianPlural } from '../src/app/i18n'
import { shownKeys } from '../src/app/keyboard'
import { backTo } from '../src/app/router'
import { divided, settledShare, trend } from '../src/features/overview/answers'
import { range } from '../src/features/overview/period'
import { deviceOf } from '../src/features/settings/device'
import { rendered, safeAddress } from '../src/lib/markdown'
import { readEvents } from '../src/lib/sse'
import { marks } from '../src/ui/chart'

const html = (source: string): string => mount({ render: () => h('div', rendered(source)) }).html()

describe('plural forms', () => {
  it.each([[1, 0], [21, 0], [2, 1], [4, 1], [22, 1], [0, 2], [5, 2], [11, 2], [12, 2], [14, 2], [111, 2]])('Russian says %i with form %i', (count, form) => {
    expect(russianPlural(count, 3)).toBe(form)
  })
})

describe('markdown by strangers', () => {
  it('shows the usual marks', () => {
    const shown = html('**bold** *soft* `code`\n\n- one\n- two\n\n1. first\n\n| a | b |\n|---|---|\n| 1 | 2 |')
    for (const part of ['<strong>bold</strong>', '<em>soft</em>', '<code>code</code>', '<li>one</li>', '<ol start="1">', '<td>2</td>']) expect(shown).toContain(part)
  })
  it.each(['<img src=x onerror=alert(1)>', '<script>alert(1)</script>', '<a href="javascript:alert(1)">x</a>'])('keeps %s as text', (source) => {
    const box = mount({ render: () => h('div', rendered(source)) })
    expect(box.findAll('img, script, a')).toHaveLength(0)
    expect(box.text()).toBe(source)
  })
  it.each(['javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'java\u0000script:alert(1)', ' data:text/html,x', 'vbscript:x', '//evil.example', 'file:///etc/passwd', '\u202ejavascript:x'])('links to nothing like %j', (target) => {
    expect(safeAddress(target)).toBeNull()
  })
  it('links with rel, and shows a picture as a link', () => {
    const shown = html('[site](https://example.com) ![cat](https://example.com/cat.png)')
    expect(shown).toContain('rel="noopener noreferrer nofollow"')
    expect(shown).not.toContain('<img')
  })
  it('is quick with what is made to be slow', () => {
    const begun = performance.now()
    for (const evil of ['*'.repeat(5000), '['.repeat(5000), '> '.repeat(2000), '`'.repeat(5000), '_a'.repeat(5000), '(('.repeat(4000), '|'.repeat(4000), '- '.repeat(3000)]) html(evil)
    expect(performance.now() - begun).toBeLessThan(3000)
  })
})

describe('problems', () => {
  it('carry the words, the fields and the request id', () => {
    const problem = problemOf({ detail: 'Choose another.', code: 'taken', request_id: 'r1', errors: [{ field: 'body.name', reason: 'is taken' }] }, new Response(null, { status: 409 }))
    expect(problem).toMatchObject({ status: 409, code: 'taken', message: 'Choose another.', requestId: 'r1', fields: { name: 'is taken' } })
  })
  it('are offline when nobody answered', () => {
    expect(problemOf(new TypeError('failed to fetch'))).toBeInstanceOf(Problem)
    expect(problemOf(new TypeError('failed to fetch')).isOffline).toBe(true)
  })
  it('survive an answer that is not JSON', () => {
    expect(problemOf('<html>', new Response(null, { status: 502 }))).toMatchObject({ status: 502, code: 'http_502' })
  })
})

describe('the way back after a login', () => {
  it.each([['/faq?q=a', '/faq?q=a'], ['https://evil.example', '/'], ['//evil.example', '/'], ['/login', '/'], [undefined, '/']])('%s leads to %s', (asked, to) => {
    expect(backTo(asked)).toBe(to)
  })
})

it('reads server-sent events in pieces', async () => {
  const pieces = ['id: 7\nda', 'ta: {"a":1}\n\n: ping\n\n', 'data: one\r\ndata: two\r\n\r\n']
  const body = new ReadableStream({ start: (out) => (pieces.forEach((piece) => out.enqueue(new TextEncoder().encode(piece))), out.close()) })
  const heard = []
  for await (const event of readEvents(new Response(body))) heard.push([event.id, event.data])
  expect(heard).toEqual([['7', '{"a":1}'], ['7', 'one\ntwo']])
})

it('writes keys for people', () => {
  expect(shownKeys('g KeyO')).toEqual(['g', 'O'])
  expect(shownKeys('shift Slash')).toEqual(['?'])
})

it('puts round marks on an axis', () => {
  expect(marks(37)).toEqual([0, 10, 20, 30, 40])
  expect(marks(3)).toEqual([0, 1, 2, 3])
  expect(marks(0)).toEqual([0, 1])
})

it('counts days on the clock of the viewer', () => {
  expect(range(7, 0, new Date(2026, 2, 3, 0, 10))).toEqual({ from: '2026-02-25', to: '2026-03-03' })
  expect(range(7, 7, new Date(2026, 2, 3, 23, 50))).toEqual({ from: '2026-02-18', to: '2026-02-24' })
})

it('divides answers by who gave them', () => {
  const numbers = { answered_by: { faq: 5, llm: 3, knowledge: 2, message: 1 }, failed: 1 } as never
  expect(divided(numbers)).toEqual({ faq: 5, knowledge: 2, model: 3, person: 0, unanswered: 2 })
  expect(settledShare(numbers)).toBeCloseTo(10 / 12)
  expect(trend(12, 10)).toBeCloseTo(0.2)
  expect(trend(12, 0)).toBeNull()
})

it('names devices', () => {
  expect(deviceOf('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1')).toEqual({ name: 'Safari · iOS', isPhone: true })
  expect(deviceOf('curl/8.5').name).toBe('curl/8.5')
})
