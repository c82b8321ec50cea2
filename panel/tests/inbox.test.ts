import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { CannedOut, DeliveryOut, InboxRow, MeOut } from '@/api/generated'
import { speakerOf, tickOf } from '@/chat/case'
import type { Message } from '@/chat/types'
import { fitting, wantedAt, withCanned } from '@/features/inbox/canned'
import { isHeld, mayHandle, nameOf, spanOf, standingOf } from '@/features/inbox/cases'
import { useDraft } from '@/features/inbox/drafts'
import InboxView from '@/features/inbox/InboxView.vue'
import { mounted, problem, somebody } from './support'

const NOW = Date.parse('2026-11-22T12:00:00Z')
const LATER = '2026-11-22T13:00:00Z'
const row = (more: Partial<InboxRow> = {}): InboxRow => ({
  id: 's1', title: 'Где заказ?', contact: { id: 'c1', name: 'Ирина' }, source: 'telegram', source_id: 't', state: 'secretary', assignee: null, reason: '', unread: 0, message_count: 1,
  last_message: 'Где заказ?', waiting_since: null, held_until: null, updated: '2026-11-22T11:00:00Z', language: 'ru', ...more,
})

describe('who has a conversation', () => {
  it.each([
    [{ state: 'secretary' }, 'secretary'],
    [{ state: 'waiting', held_until: LATER }, 'waiting'],
    [{ state: 'person', held_until: LATER, assignee: { id: 'u1', name: 'Ольга' } }, 'mine'],
    [{ state: 'person', held_until: LATER, assignee: { id: 'u2', name: 'Анна' } }, 'other'],
    [{ state: 'person', held_until: LATER }, 'nobody'],
    [{ state: 'closed', assignee: { id: 'u1', name: 'Ольга' } }, 'closed'],
    // The time is up, whatever the row still says: the secretary answers again.
    [{ state: 'waiting', held_until: '2026-11-22T11:59:59Z' }, 'secretary'],
    [{ state: 'person', held_until: '2026-11-22T11:59:59Z', assignee: { id: 'u1', name: 'Ольга' } }, 'secretary'],
  ] as [Partial<InboxRow>, string][])('%o is %s', (more, standing) => {
    expect(standingOf(row(more), 'u1', NOW)).toBe(standing)
  })
  it('is silent in all but two', () => {
    expect(['secretary', 'waiting', 'mine', 'other', 'nobody', 'closed'].filter((each) => isHeld(each as 'mine'))).toEqual(['waiting', 'mine', 'other', 'nobody'])
  })
  it('may be steered by who reaches it', () => {
    const me = (reach: string | null): MeOut => somebody({ rights: { requests: { edit: reach } } as unknown as MeOut['rights'] })
    expect([mayHandle(me('all'), null), mayHandle(me('own'), 'u1'), mayHandle(me('own'), null), mayHandle(me('own'), 'u9'), mayHandle(me(null), 'u1'), mayHandle(null, 'u1')]).toEqual([true, true, false, false, false, false])
  })
  it('is called by the customer, else by what it is about, in one line', () => {
    expect(nameOf(row())).toBe('Ирина')
    expect(nameOf(row({ contact: { id: 'c', name: 'A\n'.repeat(5000) } })).length).toBeLessThanOrEqual(300)
    expect(nameOf(row({ contact: null }))).toBe('Где заказ?')
    expect(nameOf(row({ contact: null, title: '', last_message: '**Да**' }))).toBe('Да')
  })
  it('tells a wait in its largest unit', () => {
    const ago = (minutes: number) => spanOf(new Date(NOW - minutes * 60_000).toISOString(), NOW)
    expect([ago(-3), ago(4), ago(61), ago(49 * 60)]).toEqual([{ unit: 'minute', count: 0 }, { unit: 'minute', count: 4 }, { unit: 'hour', count: 1 }, { unit: 'day', count: 2 }])
  })
})

describe('deliveries', () => {
  const part = (state: DeliveryOut['state'], error = ''): DeliveryOut => ({ message_id: 'm', part: 1, state, error, at: LATER })
  it('are as far as their last part, and nowhere where one failed', () => {
    expect(tickOf([])).toBeNull()
    expect(tickOf([part('read'), part('sent')])?.state).toBe('sent')
    expect(tickOf([part('read'), part('failed', 'channel_blocked'), part('queued')])).toMatchObject({ state: 'failed', error: 'channel_blocked' })
    expect(tickOf([part('sent'), part('withdrawn')])?.state).toBe('withdrawn')
  })
  it('belong to whoever spoke', () => {
    const by = (role: string, answered_by: string | null) => speakerOf({ role, answered_by } as Message)
    expect([by('user', null), by('assistant', 'llm'), by('assistant', 'person'), by('assistant', 'notice')]).toEqual(['customer', 'secretary', 'person', 'notice'])
  })
})

describe('canned answers', () => {
  const canned = (shortcut: string, title: string, text: string): CannedOut => ({ id: shortcut, owner_id: null, shortcut, title, text, created: LATER, updated: LATER })
  const all = [canned('счёт', 'Счёт для компании', 'Пришлите ИНН'), canned('расчёт', 'Скидка', 'Считаем'), canned('hi', 'Привет', 'Здравствуйте, вот счет')]

  it('are called by / before the caret, at the beginning of a word only', () => {
    expect(wantedAt('/сч', 3)).toEqual({ word: 'сч', from: 0 })
    expect(wantedAt('Да\n/', 4)).toEqual({ word: '', from: 3 })
    expect(wantedAt('Да /hi потом', 6)).toEqual({ word: 'hi', from: 3 })
    expect([wantedAt('и/или', 5), wantedAt('https://a', 9), wantedAt('/hi потом', 9)]).toEqual([null, null, null])
  })
  it('fit by shortcut, then title, then text; ё is е', () => {
    expect(fitting(all, 'счет').map(({ id }) => id)).toEqual(['счёт', 'расчёт', 'hi'])
    expect(fitting(all, 'скид').map(({ id }) => id)).toEqual(['расчёт'])
    expect(fitting(all, 'zzz')).toEqual([])
    expect(fitting(all, '')).toHaveLength(3)
  })
  it('take the place of what was typed, and the caret stands behind', () => {
    expect(withCanned('Да /hi, вот', 3, 6, 'Здравствуйте')).toEqual({ text: 'Да Здравствуйте, вот', caret: 15 })
  })
})

describe('a draft', () => {
  beforeEach(() => sessionStorage.clear())

  it('is kept by conversation, replies and notes apart', () => {
    const one = useDraft('a')
    one.reply.value = 'Почти гото'
    one.note.value = 'для коллег'
    useDraft('b').reply.value = 'другое'
    expect([useDraft('a').reply.value, useDraft('a').note.value, useDraft('b').reply.value]).toEqual(['Почти гото', 'для коллег', 'другое'])
  })
  it('keeps its number until it is sent or says something else', () => {
    const one = useDraft('a')
    one.reply.value = 'Да'
    const number = one.number()
    expect(number).toHaveLength(32)
    expect(useDraft('a').number()).toBe(number)
    one.reply.value = 'Да '
    expect(one.number()).toBe(number)
    one.reply.value = 'Нет'
    expect(one.number()).not.toBe(number)
    one.sent()
    expect([useDraft('a').reply.value, sessionStorage.getItem('secretary.inbox.drafts')]).toEqual(['', '{}'])
  })
  it('of many conversations is only the latest', () => {
    for (let each = 0; each < 60; each++) useDraft(`s${each}`).reply.value = 'x'
    expect(Object.keys(JSON.parse(sessionStorage.getItem('secretary.inbox.drafts')!) as object)).toHaveLength(40)
  })
})

describe('the view', () => {
  afterEach(() => vi.useRealTimers())
  const answers = {
    'GET /admin/inbox': { sessions: [row({ state: 'waiting', held_until: '2999-01-01T00:00:00Z', waiting_since: new Date().toISOString(), unread: 3 }), row({ id: 's2', contact: null, title: 'Часы работы' })], total: 2 },
    'GET /admin/inbox/counts': { secretary: 1, waiting: 1, person: 0, closed: 0, mine: 0, unread: 1 },
    'GET /admin/chat/search': { results: [], total: 0 },
  }

  it('teaches where there is nothing, and clears filters where they hide all', async () => {
    const none = { ...answers, 'GET /admin/inbox': { sessions: [], total: 0 } }
    const empty = await mounted(InboxView, { answers: none })
    expect(empty.text()).toContain('Conversations with customers come here')
    empty.unmount()
    const filtered = await mounted(InboxView, { answers: none, at: '/inbox?state=closed' })
    expect(filtered.text()).toContain('Clear filters')
    expect(filtered.asked.some((each) => each.includes('state=closed'))).toBe(true)
    filtered.unmount()
  })
  it('says what went wrong, with another try', async () => {
    const view = await mounted(InboxView, { answers: { ...answers, 'GET /admin/inbox': () => problem(503, 'busy', 'Too busy.') } })
    await flushPromises()
    expect(view.text()).toContain('Too busy.')
    view.unmount()
  })
  it('shows how many wait', async () => {
    const view = await mounted(InboxView, { answers })
    const waiting = view.findAll('button').find((button) => button.text().startsWith('Waiting'))!
    expect(waiting.text()).toMatch(/1$/)
    await waiting.trigger('click')
    await flushPromises()
    expect(view.asked.some((each) => each.includes('state=waiting'))).toBe(true)
    view.unmount()
  })
})
