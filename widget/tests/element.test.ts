import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { TAG, defineElement } from '../src/element'
import type { Settings } from '../src/settings'
import { ScriptedServer, answerTo, message, problem, stream } from './server'

const SETTINGS: Settings = {
  instance: 'w1',
  origin: 'https://ai.example',
  title: '',
  greeting: '',
  placeholder: '',
  placeholder_color: '#8a2be2',
  placeholder_font: 'Georgia, serif',
  primary_color: '#ffd400',
  button_icon: 'headset',
  position: 'left',
  language: 'auto',
  suggestions: ['Сколько стоит?'],
}

interface Handle extends HTMLElement {
  open(): void
  close(): void
  clearSession(): void
}

let server: ScriptedServer
document.documentElement.lang = 'ru'
defineElement(SETTINGS)

const settle = (ms = 60): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function appear(): Promise<Handle> {
  const element = document.createElement(TAG) as Handle
  document.body.append(element)
  await settle()
  return element
}

function part(element: Handle, name: string): HTMLElement {
  const found = element.shadowRoot?.querySelector<HTMLElement>(`[data-testid="${name}"]`)
  if (!found) throw new Error(`no ${name}`)
  return found
}

const has = (element: Handle, name: string): boolean =>
  element.shadowRoot?.querySelector(`[data-testid="${name}"]`) !== null

function type(element: Handle, text: string): HTMLTextAreaElement {
  const input = part(element, 'input') as HTMLTextAreaElement
  input.value = text
  input.dispatchEvent(new Event('input'))
  return input
}

function press(target: HTMLElement, key: string, more: KeyboardEventInit = {}): void {
  target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, composed: true, cancelable: true, ...more }))
}

beforeEach(() => {
  localStorage.clear()
  sessionStorage.clear()
  document.body.replaceChildren()
  server = new ScriptedServer()
})

afterEach(() => {
  vi.restoreAllMocks()
})

test('the button opens the window, the field takes the focus, Escape gives it back', async () => {
  const element = await appear()
  const launcher = part(element, 'launcher')
  expect(part(element, 'panel').hidden).toBe(true)
  launcher.click()
  expect(part(element, 'panel').hidden).toBe(false)
  expect(element.shadowRoot?.activeElement).toBe(part(element, 'input'))
  expect(launcher.getAttribute('aria-expanded')).toBe('true')
  press(part(element, 'input'), 'Escape')
  expect(part(element, 'panel').hidden).toBe(true)
  expect(element.shadowRoot?.activeElement).toBe(launcher)
})

test('empty texts of the settings are those of the page language', async () => {
  const element = await appear()
  expect(part(element, 'panel').getAttribute('aria-label')).toBe('Чат с нами')
  expect(part(element, 'input').getAttribute('placeholder')).toBe('Напишите сообщение…')
  expect(part(element, 'message-greeting').textContent).toBe('Здравствуйте! Чем помочь?')
  expect(element.shadowRoot?.querySelector('footer a')?.getAttribute('href')).toBe(
    'https://ai.example/privacy-policy?lang=ru',
  )
})

test('side and colours are those of the settings', async () => {
  const element = await appear()
  expect(element.shadowRoot?.querySelector('.root.left')).not.toBeNull()
  const rules = element.shadowRoot?.adoptedStyleSheets
    .flatMap((sheet) => [...sheet.cssRules].map((rule) => rule.cssText))
    .join('')
  expect(rules).toContain('--brand: #ffd400')
  expect(rules).toContain('--on-brand: #000000')
  expect(rules).toContain('--hint: #8a2be2')
  expect(rules).toContain('--hint-font: Georgia, serif')
})

test('Enter sends, Shift+Enter and a half-typed word do not', async () => {
  server.on('POST /chat/session/s1/stream', stream(answerTo('привет', 'Да.')))
  const element = await appear()
  element.open()
  const input = type(element, 'привет')
  press(input, 'Enter', { shiftKey: true })
  press(input, 'Enter', { isComposing: true })
  expect(input.value).toBe('привет')
  press(input, 'Enter')
  expect(input.value).toBe('')
  await settle()
  expect(part(element, 'message-user').textContent).toBe('Вы: привет')
  expect(part(element, 'message-assistant').querySelector('.text')?.textContent).toBe('Да.')
})

test('a text of blanks is not sent', async () => {
  const element = await appear()
  press(type(element, '  \n '), 'Enter')
  await settle()
  expect(server.calls('POST')).toEqual([])
})

test('the counter appears near the limit', async () => {
  const element = await appear()
  const counter = (): string => element.shadowRoot?.querySelector('.counter')?.textContent ?? ''
  type(element, 'я'.repeat(3599))
  expect(counter()).toBe('')
  type(element, 'я'.repeat(3990))
  expect(counter()).toBe('Осталось символов: 10')
  expect(part(element, 'input').getAttribute('maxlength')).toBe('4000')
})

test('a suggestion is said with one press, and then goes', async () => {
  server.on('POST /chat/session/s1/stream', stream(answerTo('Сколько стоит?', 'Сто.')))
  const element = await appear()
  part(element, 'quick-reply').click()
  await settle()
  expect(part(element, 'message-user').textContent).toContain('Сколько стоит?')
  expect(has(element, 'quick-reply')).toBe(false)
})

test('sources and buttons of the last answer are shown, also after a reload', async () => {
  localStorage.setItem(
    'ai-secretary:https://ai.example:w1',
    JSON.stringify({ id: 's1', token: 't', until: Date.now() + 1e6 }),
  )
  sessionStorage.setItem('ai-secretary:https://ai.example:w1', 'open')
  const more = {
    sources: [{ title: 'Прайс', url: 'javascript:x', quote: 'сто' }],
    buttons: [{ label: 'Беру', value: 'buy' }],
  }
  const messages = [
    message('1', 'assistant', 'Раз', more),
    message('2', 'user', 'и'),
    message('3', 'assistant', 'Два', more),
  ]
  server.on('GET /chat/session/s1', Response.json({ session: { id: 's1', messages } }))
  const element = await appear()
  expect(part(element, 'panel').hidden).toBe(false)
  expect(element.shadowRoot?.querySelectorAll('[data-testid="quick-reply"]')).toHaveLength(1)
  expect(element.shadowRoot?.querySelectorAll('[data-testid="sources"]')).toHaveLength(2)
  expect(part(element, 'sources').textContent).toBe('1. Прайссто')
  expect(part(element, 'sources').querySelector('a')).toBeNull()
})

test('an answer that ended early says so quietly', async () => {
  localStorage.setItem(
    'ai-secretary:https://ai.example:w1',
    JSON.stringify({ id: 's1', token: 't', until: Date.now() + 1e6 }),
  )
  const messages = [
    message('1', 'assistant', 'Раз', { status: 'interrupted' }),
    message('2', 'assistant', 'Два', { status: 'cancelled' }),
  ]
  server.on('GET /chat/session/s1', Response.json({ session: { id: 's1', messages } }))
  const element = await appear()
  expect([...(element.shadowRoot?.querySelectorAll('.remark') ?? [])].map((node) => node.textContent)).toEqual([
    'Ответ прерван',
    'Ответ остановлен',
  ])
})

test('the whole answer is announced once, the stream is not', async () => {
  server.on('POST /chat/session/s1/stream', stream(answerTo('ау', 'Слушаю.')))
  const element = await appear()
  press(type(element, 'ау'), 'Enter')
  await settle()
  expect(element.shadowRoot?.querySelector('.spoken[aria-live="polite"]')?.textContent).toBe('Ответ: Слушаю.')
  expect(part(element, 'log').getAttribute('role')).toBe('log')
})

test('an answer that comes to a closed window marks the button', async () => {
  server.on('POST /chat/session/s1/stream', stream(answerTo('ау', 'Слушаю.')))
  const element = await appear()
  element.open()
  press(type(element, 'ау'), 'Enter')
  element.close()
  await settle()
  expect(part(element, 'launcher').getAttribute('aria-label')).toBe('Открыть чат. Новое сообщение')
  element.open()
  expect(part(element, 'launcher').getAttribute('aria-label')).toBe('Закрыть чат')
})

test('leaving a message says it in the visitor’s name', async () => {
  const element = await appear()
  part(element, 'leave-message').click()
  await settle()
  expect(part(element, 'message-user').textContent).toContain('Оставить сообщение')
})

test('clearSession brings back the greeting and forgets', async () => {
  server.on('POST /chat/session/s1/stream', stream(answerTo('ау', 'Слушаю.')))
  const element = await appear()
  press(type(element, 'ау'), 'Enter')
  await settle()
  element.clearSession()
  await settle()
  expect(has(element, 'message-user')).toBe(false)
  expect(has(element, 'quick-reply')).toBe(true)
  expect(localStorage.length).toBe(0)
})

test('the page does not hear what is typed in the chat', async () => {
  const element = await appear()
  const heard = vi.fn()
  document.addEventListener('keydown', heard)
  press(part(element, 'input'), 'j')
  expect(heard).not.toHaveBeenCalled()
  document.removeEventListener('keydown', heard)
})

test('a site that is not allowed shows nothing and tells its owner what to do', async () => {
  const told = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  server.on('GET /status', problem(403, 'origin_not_allowed', ''))
  const element = await appear()
  expect(element.shadowRoot?.childElementCount).toBe(0)
  expect(told.mock.calls[0]?.[0]).toContain(`Add ${location.origin} to the allowed domains of widget w1`)
})

test('a widget that is switched off shows nothing', async () => {
  server.on('GET /status', Response.json({ enabled: false }))
  expect((await appear()).shadowRoot?.childElementCount).toBe(0)
})

test.each([
  ['network', new TypeError('offline')],
  ['server', problem(500, 'internal', '')],
])('a check that fails (%s) does not hide the widget', async (_why, reply) => {
  server.on('GET /status', reply)
  expect(has(await appear(), 'launcher')).toBe(true)
})

test('open before the check is over is not lost', async () => {
  const element = document.createElement(TAG) as Handle
  document.body.append(element)
  element.open()
  await settle()
  expect(part(element, 'panel').hidden).toBe(false)
})

test('a source opens its passage, and its page in another tab', async () => {
  localStorage.setItem(
    'ai-secretary:https://ai.example:w1',
    JSON.stringify({ id: 's1', token: 't', until: Date.now() + 1e6 }),
  )
  sessionStorage.setItem('ai-secretary:https://ai.example:w1', 'open')
  const sources = [
    { title: 'Цены › Лодки', url: 'https://shop.example/p#:~:text=Лодка', quote: 'Лодка: 400\nЛыжи: 300' },
    { title: 'FAQ: Как?', url: '', quote: '' },
  ]
  const messages = [message('1', 'assistant', 'Столько [1].', { sources })]
  server.on('GET /chat/session/s1', Response.json({ session: { id: 's1', messages } }))
  const element = await appear()
  const [first, ...others] = element.shadowRoot?.querySelectorAll('details') ?? []
  expect(others).toHaveLength(0)
  expect(first?.open).toBe(false)
  expect(first?.querySelector('summary')?.textContent).toBe('1. Цены › Лодки')
  expect(first?.querySelector('q')?.textContent).toBe('Лодка: 400\nЛыжи: 300')
  expect(first?.querySelector('a')?.getAttribute('href')).toBe('https://shop.example/p#:~:text=Лодка')
  expect(first?.querySelector('a')?.getAttribute('target')).toBe('_blank')
  expect(part(element, 'sources').textContent).toContain('2. FAQ: Как?')
})
