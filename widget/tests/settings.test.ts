import { beforeEach, expect, test, vi } from 'vitest'
import { contrast, hexColour, palette } from '../src/colour'
import { pickLanguage, textsIn } from '../src/locale'
import { browserMemory } from '../src/memory'
import { type Settings, withOrigin } from '../src/settings'
import { uuid } from '../src/entry'

beforeEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
  localStorage.clear()
  sessionStorage.clear()
})

test.each([
  ['auto', 'ru-RU', 'en', 'ru'],
  ['auto', 'en', 'ru', 'en'],
  ['auto', '', 'ru-RU', 'ru'],
  ['auto', '', 'uk', 'ru'],
  ['auto', '', 'de-DE', 'en'],
  ['auto', 'run', 'x', 'en'],
  ['en', 'ru', 'ru', 'en'],
  ['ru', 'en', 'en', 'ru'],
])('language %s on a page in %j read in %j is %s', (asked, page, browser, wanted) => {
  expect(pickLanguage(asked, page, browser)).toBe(wanted)
})

test('each language has every text', () => {
  for (const language of ['ru', 'en'] as const)
    expect(Object.values(textsIn(language)).every((text) => text.length > 0)).toBe(true)
  expect(Object.values(textsIn('en')).join(' ')).not.toMatch(/[а-яё]/i)
})

test.each([
  ['https://ai.example/', 'https://ai.example'],
  ['https://ai.example', 'https://ai.example'],
  ['', 'https://cdn.example:8443'],
])('origin %j serves from %s', (origin, wanted) => {
  expect(withOrigin({ origin } as Settings, 'https://cdn.example:8443/widget.js?instance=1').origin).toBe(wanted)
})

test('contrast is that of the standard', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21)
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2)
})

test.each([
  ['#c2410c', '#ffffff'],
  ['#0d8599', '#000000'],
  ['#FFD400', '#000000'],
  ['#000', '#ffffff'],
])('text on %s is %s', (brand, wanted) => {
  expect(palette(brand)['on-brand']).toBe(wanted)
})

test('every colour leaves text, links and outlines readable', () => {
  for (let value = 0; value < 0x1000; value += 7) {
    const colours = palette(`#${value.toString(16).padStart(3, '0')}`)
    expect(contrast(colours.brand, colours['on-brand'])).toBeGreaterThanOrEqual(4.5)
    expect(contrast('#ffffff', colours['accent-light'])).toBeGreaterThanOrEqual(4.5)
    expect(contrast('#17181b', colours['accent-dark'])).toBeGreaterThanOrEqual(4.5)
  }
})

test.each(['', 'red;}*{x', 'url(x)', '#12345'])('%j is no colour, so the default serves', (value) => {
  expect(hexColour(value)).toBe('#c2410c')
})

test('a session is remembered for 30 days, each widget for itself', () => {
  vi.useFakeTimers({ now: new Date('2026-11-01T00:00:00Z') })
  browserMemory('https://a', '1').keep({ id: 's', token: 't' })
  vi.setSystemTime(new Date('2026-11-30T23:00:00Z'))
  expect(browserMemory('https://a', '1').session()).toMatchObject({ id: 's', token: 't' })
  expect(browserMemory('https://a', '2').session()).toBeUndefined()
  expect(browserMemory('https://b', '1').session()).toBeUndefined()
  vi.setSystemTime(new Date('2026-12-01T00:00:01Z'))
  expect(browserMemory('https://a', '1').session()).toBeUndefined()
})

test('what cannot be read in the storage counts as nothing', () => {
  localStorage.setItem('ai-secretary:https://a:1', '{broken')
  expect(browserMemory('https://a', '1').session()).toBeUndefined()
})

test('a browser that forbids storage remembers until the page is left', () => {
  const forbidden = {
    setItem: () => {
      throw new DOMException('denied', 'SecurityError')
    },
  }
  vi.stubGlobal('localStorage', forbidden)
  vi.stubGlobal('sessionStorage', forbidden)
  const memory = browserMemory('https://a', '1')
  memory.keep({ id: 's', token: 't' })
  memory.isOpen = true
  expect(memory.session()).toMatchObject({ id: 's' })
  expect(memory.isOpen).toBe(true)
  memory.forget()
  memory.isOpen = false
  expect(memory.session()).toBeUndefined()
  expect(memory.isOpen).toBe(false)
})

test('ids are UUIDs and differ', () => {
  expect(uuid()).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  expect(uuid()).not.toBe(uuid())
})
