import { flushPromises } from '@vue/test-utils'
import { describe, expect, test } from 'vitest'
import { Problem } from '../src/api'
import type { TelegramInstanceOut, WhatsappInstanceOut } from '../src/api/generated'
import AbilitiesCard from '../src/channels/AbilitiesCard.vue'
import ChannelList from '../src/channels/ChannelList.vue'
import { answersOf, changesOf, draftOf } from '../src/channels/draft'
import { placed } from '../src/channels/refusals'
import { filled } from '../src/channels/setup'
import { stateOf } from '../src/channels/state'
import { isToken, tokenIn, userOf } from '../src/features/telegram/bot'
import { telegram } from '../src/features/telegram/telegram'
import { addressFault, freshToken, phoneOf, shownPhone } from '../src/features/whatsapp/number'
import { whatsapp } from '../src/features/whatsapp/whatsapp'
import { mounted, somebody } from './support'

const bot: TelegramInstanceOut = {
  id: 't1', name: 'Shop', owner_id: null, assistant_id: 'a1', created: '', updated: '', status: 'failed', error: 'channel_token', running: false, since: '2026-11-20T10:00:00Z', pid: null,
  has_token: true, auto_start: true, bot_id: '', bot_name: '', bot_link: '', webhook_url: '', bot_token: '…2345', allowed_users: ['@maria'],
}
const number = { ...bot, id: 'w1', access_token: '…oken', phone_number_id: '1065' } as WhatsappInstanceOut

describe('a bot’s form', () => {
  const stored = draftOf(telegram, bot)
  test('sends only what was changed, and no secret that was not typed', () => {
    expect(changesOf({ ...stored }, stored)).toEqual({})
    expect(changesOf({ ...stored, bot_token: '1:new', welcome_message: 'Hi' }, stored)).toEqual({ bot_token: '1:new', welcome_message: 'Hi' })
    expect(changesOf({ ...stored, proxy: '' }, stored)).toEqual({ proxy: '' })
  })
  test('leaves the assistant alone unless it shall answer otherwise here', () => {
    const otherwise = { ...stored, llm_persona: 'mark', system_prompt: '' }
    expect(changesOf(otherwise, stored)).toEqual({})
    expect(changesOf({ ...otherwise, hasOwnAnswers: true }, stored)).toEqual({ llm_persona: 'mark' })
    expect(changesOf({ ...stored, system_prompt: '  ', hasOwnAnswers: true }, { ...stored, system_prompt: 'Be brief.' })).toEqual({ system_prompt: null })
  })
  test('begins with the answers of the assistant that is chosen', () => {
    expect(answersOf({ backends: [{ backend: 'cloud:gigachat', when: {} }], persona_id: 'mark', system_prompt: null, llm_params: {} })).toMatchObject({ llm_backend: 'cloud:gigachat', llm_persona: 'mark', system_prompt: '' })
  })
  test('shares nothing with what is stored', () => {
    const draft = draftOf(telegram, bot) as unknown as { allowed_users: string[] }
    draft.allowed_users.push('@olga')
    expect(bot.allowed_users).toEqual(['@maria'])
  })
  test('has the fields of its own kind', () => {
    expect(draftOf(whatsapp, number)).toMatchObject({ phone_number_id: '1065', access_token: null, blocked_phones: [] })
  })
})

describe('a refusal', () => {
  const refused = (status: number, code: string, more = {}): Problem => new Problem({ code, detail: 'No.', ...more }, new Response(null, { status }))
  test('lands at the field that the backend names, or that its code belongs to', () => {
    expect(placed(refused(422, 'channel_not_ready', { field: 'app_secret' }), whatsapp)).toEqual({ app_secret: 'No.' })
    expect(placed(refused(409, 'channel_taken_twice'), telegram)).toEqual({ bot_token: 'No.' })
    expect(placed(refused(409, 'channel_taken_twice'), whatsapp)).toEqual({ phone_number_id: 'No.' })
    expect(placed(refused(500, 'internal'), telegram, { name: 'x' })).toEqual({ name: 'x' })
  })
})

test('the state of an instance', () => {
  expect(stateOf({ enabled: false, has_token: true, status: 'running' })).toBe('off')
  expect(stateOf({ enabled: true, has_token: false, status: 'stopped' })).toBe('lacking')
  expect(stateOf({ enabled: true, has_token: true, status: 'failed' })).toBe('failed')
  expect(filled({ a: 'x', b: '' })).toEqual({ a: 'x' })
})

test('a list says what to do where a bot fails, and leaves one alone that is another’s', async () => {
  const answers = { 'GET /admin/telegram/instances': { instances: [bot], total: 1 }, 'GET /admin/assistants': { assistants: [], total: 0 } }
  const list = await mounted(ChannelList, { props: { channel: telegram }, answers, at: '/telegram' })
  expect(list.text()).toContain('@BotFather')
  const own = { view: 'own', edit: 'own' } as const
  const seen = await mounted(ChannelList, { props: { channel: telegram }, answers, at: '/telegram', me: somebody({ id: 'u2', rights: { telegram: { ...own, manage: null } } as never }) })
  await seen.get('[aria-haspopup=menu]').trigger('click')
  await flushPromises()
  expect(document.body.textContent).not.toContain('Restart')
  list.unmount()
  seen.unmount()
})

test.each([
  ['@Maria', '@maria'],
  ['https://t.me/Olga_I', '@olga_i'],
  ['t.me/olga', '@olga'],
  ['12345', '12345'],
  ['@ab', ''],
  ['a b', ''],
])('%s is the Telegram user %s', (typed, user) => expect(userOf(typed)).toBe(user))

test('a token is found in what @BotFather writes', () => {
  const token = '123456789:AAEhBOweik9aikQyJRe9-abcdefghijklmn'
  expect(tokenIn(`Use this token to access the HTTP API:\n${token}\nKeep it safe`)).toBe(token)
  expect(isToken(token)).toBe(true)
  expect(isToken('my bot')).toBe(false)
})

test.each([
  ['+7 999 123-45-67', '79991234567'],
  ['8 (999) 123-45-67', '79991234567'],
  ['RU.134912086', 'RU.134912086'],
  ['12', ''],
  ['phone', ''],
])('%s is the number %s', (typed, phone) => expect(phoneOf(typed)).toBe(phone))

test('an address that Meta cannot reach is told', () => {
  expect(addressFault('/webhooks/whatsapp/x')).toBe('path')
  expect(addressFault('http://shop.example/webhooks/whatsapp/x')).toBe('plain')
  expect(addressFault('https://shop.example/webhooks/whatsapp/x')).toBeNull()
  expect(shownPhone('79991234567')).toBe('+7 999 123-45-67')
  expect(freshToken()).toMatch(/^[0-9a-f]{36}$/)
})

test.each([
  [telegram, { reply_window: null, pace: { per_second: 28, per_chat_s: 1.05 } }, ['up to 20 MB', 'always', '28 messages a second, one a second in a chat']],
  [whatsapp, { reply_window: 86400, pace: { per_second: 80, per_chat_s: 0 } }, ['up to 20 MB', '24 hours, then a template', '80 messages a second']],
])('what a messenger can do is said in words', async (channel, own, words) => {
  const can = { streams: true, buttons: true, max_buttons: 10, markdown: true, max_characters: 4096, max_caption: 1024, voice: true, files: true, max_file_bytes: 20_000_000, edits: false, typing: true, starts: false, ...own }
  const card = await mounted(AbilitiesCard, { props: { channel }, answers: { [`GET /admin/${channel.kind}/abilities`]: can } })
  const said = card.findAll('dd').map((each) => each.text())
  expect(said).toEqual(expect.arrayContaining(['4,096 characters', 'Yes', 'No', ...words]))
  card.unmount()
})
