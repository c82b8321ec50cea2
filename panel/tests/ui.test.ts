import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { defineComponent, effectScope, h, nextTick, ref } from 'vue'
import { setLanguage, i18n } from '../src/app/i18n'
import { startKeyboard, useShortcuts } from '../src/app/keyboard'
import { usePreferences } from '../src/app/preferences'
import { useForm } from '../src/lib/form'
import { useLater } from '../src/lib/later'
import { useListQuery } from '../src/lib/listQuery'
import Table from '../src/ui/Table.vue'
import { mounted, problem } from './support'
import UsersPart from '../src/features/settings/UsersPart.vue'
import OverviewView from '../src/features/overview/OverviewView.vue'
import { Problem } from '../src/api/problem'

beforeAll(() => setLanguage('en'))
afterEach(() => (document.body.innerHTML = ''))

const columns = [{ id: 'name', label: 'Name', isSortable: true, text: (row: { name: string }) => row.name }]
const rows = [{ id: '1', name: 'One' }, { id: '2', name: 'Two' }]

describe('Table', () => {
  const table = (props: object) => mount(Table as never, { props: { columns, rows, label: 'Things', ...props } as never, global: { plugins: [i18n], stubs: { RouterLink: true } }, attachTo: document.body })

  it('walks with j and k by the place of the key, and opens with Enter', async () => {
    const wrapper = table({ isOpenable: true })
    const [first, second] = wrapper.findAll('tbody tr')
    await first!.trigger('keydown', { code: 'KeyJ', key: 'о' })
    expect(document.activeElement).toBe(second!.element)
    await second!.trigger('keydown', { code: 'Enter' })
    expect(wrapper.emitted('open')).toEqual([[rows[1]]])
  })
  it('sorts up, down and not at all', async () => {
    const wrapper = table({})
    await wrapper.get('th button').trigger('click')
    expect(wrapper.emitted('update:sort')).toEqual([[{ by: 'name', isDown: false }]])
    await wrapper.setProps({ sort: { by: 'name', isDown: true } } as never)
    expect(wrapper.get('th').attributes('aria-sort')).toBe('descending')
    await wrapper.get('th button').trigger('click')
    expect(wrapper.emitted('update:sort')!.at(-1)).toEqual([undefined])
  })
  it('chooses all rows', async () => {
    const wrapper = table({ isSelectable: true })
    await wrapper.get('thead input').setValue(true)
    expect(wrapper.emitted('update:chosen')!.at(-1)).toEqual([['1', '2']])
  })
  it('shows the error with its request id', async () => {
    const wrapper = table({ rows: undefined, error: new Problem({ detail: 'Busy.', request_id: 'r-9' }, new Response(null, { status: 503 })) })
    expect(wrapper.text()).toContain('Busy.')
    expect(wrapper.text()).toContain('r-9')
  })
})

it('shows a skeleton only after a moment', async () => {
  vi.useFakeTimers()
  const isBusy = ref(true)
  const { shown } = effectScope().run(() => ({ shown: useLater(() => isBusy.value) }))!
  vi.advanceTimersByTime(140)
  expect(shown.value).toBe(false)
  vi.advanceTimersByTime(20)
  expect(shown.value).toBe(true)
  isBusy.value = false
  await nextTick()
  expect(shown.value).toBe(false)
})

it('keeps a form until it is taken, and shows what is wrong at its field', async () => {
  const answers = [() => Promise.reject(new Problem({ detail: 'Wrong.', errors: [{ field: 'name', reason: 'too short' }] }, new Response(null, { status: 422 }))), () => Promise.resolve()]
  let form!: ReturnType<typeof useForm<{ name: string }>>
  mount(defineComponent({ setup: () => ((form = useForm(() => ({ name: 'a' }), { send: () => answers.shift()!() })), () => null) }))
  form.values.name = 'b'
  expect(form.isDirty.value).toBe(true)
  expect(await form.submit()).toBe(false)
  expect(form.errors.value).toEqual({ name: 'too short' })
  expect(await form.submit()).toBe(true)
  expect(form.isDirty.value).toBe(false)
  expect(form.problem.value).toBeNull()
})

it('keeps search, filter, sort and page in the address', async () => {
  let list!: ReturnType<typeof useListQuery<{ status: string }>>
  const wrapper = await mounted(defineComponent({ setup: () => ((list = useListQuery({ status: 'new' }, { limit: 20 })), () => h('div')) }), { at: '/x?page=3&q=old' })
  expect([list.q.value, list.offset.value, list.filters.value.status, list.isFiltered.value]).toEqual(['old', 40, 'new', true])
  list.setFilter('status', 'done')
  await flushPromises()
  const { query } = (wrapper.vm.$router as { currentRoute: { value: { query: object } } }).currentRoute.value
  expect(query).toEqual({ q: 'old', status: 'done' })
  list.clear()
  await flushPromises()
  expect(list.isFiltered.value).toBe(false)
})

describe('keys', () => {
  const press = (code: string, more: object = {}, target: EventTarget = document.body): void => void target.dispatchEvent(new KeyboardEvent('keydown', { code, bubbles: true, cancelable: true, ...more }))

  it('work by place, are silent in inputs, and can be switched off', async () => {
    const heard: string[] = []
    const shortcut = (keys: string, isAlways = false) => ({ keys, title: { ru: keys, en: keys }, isAlways, run: () => void heard.push(keys) })
    await mounted(defineComponent({ setup: () => (startKeyboard(), useShortcuts([shortcut('g KeyO'), shortcut('KeyN'), shortcut('mod KeyK', true)]), () => h('input')) }))
    press('KeyG', { key: 'п' })
    press('KeyO', { key: 'щ' })
    press('KeyN', { key: 'т' })
    press('KeyN', {}, document.querySelector('input')!)
    press('KeyK', { ctrlKey: true }, document.querySelector('input')!)
    usePreferences().shortcuts = false
    press('KeyN')
    press('KeyK', { metaKey: true })
    expect(heard).toEqual(['g KeyO', 'KeyN', 'mod KeyK', 'mod KeyK'])
  })
})

describe('views', () => {
  const none = { conversations: 0, messages: 0, questions: 0, answers: 0, answered_by: {}, unanswered: 0, interrupted: 0, cancelled: 0, failed: 0, first_word_ms: { median: null, p95: null }, total_ms: { median: null, p95: null } }

  it('the overview teaches while there is nothing to show', async () => {
    const wrapper = await mounted(OverviewView, { answers: { 'GET /admin/overview': { tz: 'UTC', group: 'day', totals: none, series: [] }, 'GET /admin/requests': { requests: [], total: 2 } } })
    await flushPromises()
    expect(wrapper.text()).toContain('Your conversations will show here')
    expect(wrapper.text()).toContain('2 messages wait for you')
    expect(wrapper.asked.some((call) => call.includes('tz='))).toBe(true)
  })
  it('the overview says what went wrong and asks again', async () => {
    let isBroken = true
    const answer = (): unknown => (isBroken ? problem(503, 'busy', 'The database is busy.') : { tz: 'UTC', group: 'day', totals: none, series: [] })
    const wrapper = await mounted(OverviewView, { answers: { 'GET /admin/overview': answer } })
    await flushPromises()
    expect(wrapper.text()).toContain('The database is busy.')
    isBroken = false
    await wrapper.findAll('button').find((button) => button.text() === 'Try again')!.trigger('click')
    await flushPromises()
    expect(wrapper.text()).not.toContain('The database is busy.')
  })
  it('users are shown in Russian with their state', async () => {
    const user = { id: 'u2', username: 'ivan', role: 'user', display_name: 'Иван', is_active: false, second_factor: true, created: '2026-01-01T00:00:00Z', updated: '2026-01-01T00:00:00Z', last_login: null }
    const wrapper = await mounted(UsersPart, { language: 'ru', answers: { 'GET /admin/users': { users: [user], total: 1 } } })
    await flushPromises()
    expect(wrapper.text()).toContain('Иван')
    expect(wrapper.text()).toContain('Отключён')
  })
})
