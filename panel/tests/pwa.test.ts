import { readFileSync } from 'node:fs'
import { QueryClient } from '@tanstack/vue-query'
import { describe, expect, it, vi } from 'vitest'
import { bounded } from '../src/pwa/kept'
import { queries } from '../src/app/query'
import { bytes } from '../src/pwa/push'

describe('what is kept for a time without a network', () => {
  it('has no secrets, and no more than there is room for', () => {
    queries.clear()
    queries.setQueryData([{ _id: 'faq', tags: ['faq'] }], { entries: [1] }, { updatedAt: 2000 })
    queries.setQueryData([{ _id: 'me', tags: ['auth'] }], { name: 'secret' }, { updatedAt: 3000 })
    queries.setQueryData([{ _id: 'huge', tags: ['chat'] }], 'x'.repeat(3_100_000), { updatedAt: 1000 })
    const { state, at } = bounded(queries.getQueryCache().getAll())
    const kept = JSON.parse(state) as { queries: { queryKey: { _id: string }[] }[] }
    expect(kept.queries.map((query) => query.queryKey[0]!._id)).toEqual(['faq'])
    expect([at, state.includes('secret')]).toEqual([2000, false])
    expect(new QueryClient()).toBeDefined()
  })
})

describe('the service worker', () => {
  const heard: Record<string, (event: object) => void> = {}
  const shown: [string, Record<string, unknown>][] = []
  const opened: string[] = []
  const windows: object[] = []
  const self = {
    addEventListener: (name: string, run: (event: object) => void) => (heard[name] = run),
    registration: { scope: 'https://shop.example/admin/', showNotification: async (title: string, options: Record<string, unknown>) => void shown.push([title, options]) },
    clients: { matchAll: async () => windows, openWindow: async (url: string) => void opened.push(url) },
  }
  new Function('self', 'navigator', readFileSync('public/push-sw.js', 'utf8'))(self, { language: 'ru-RU' })
  const push = async (data: unknown): Promise<void> => {
    let done: Promise<unknown> = Promise.resolve()
    heard.push!({ data, waitUntil: (work: Promise<unknown>) => (done = work) })
    await done
  }
  const click = async (to: unknown): Promise<void> => {
    let done: Promise<unknown> = Promise.resolve()
    heard.notificationclick!({ notification: { close: vi.fn(), data: { to } }, waitUntil: (work: Promise<unknown>) => (done = work) })
    await done
  }

  it('shows what was sent, and says something where nothing can be read', async () => {
    await push({ json: () => ({ kind: 'request', id: 'r1', session_id: 's/1', title: 'Новое сообщение: Ирина', body: 'Нужен счёт' }) })
    expect(shown[0]).toMatchObject(['Новое сообщение: Ирина', { body: 'Нужен счёт', tag: 'r1', data: { to: '/inbox/s%2F1' } }])
    await push({ json: () => JSON.parse('{') })
    expect(shown[1]).toMatchObject(['AI Secretary', { body: 'Сообщение ждёт человека.', data: { to: '/requests' } }])
  })

  it('opens the conversation in the panel that is open, or in a new one', async () => {
    await click('/inbox/s1')
    expect(opened).toEqual(['https://shop.example/admin/#/inbox/s1'])
    const panel = { url: 'https://shop.example/admin/#/faq', postMessage: vi.fn(), focus: vi.fn() }
    windows.push({ url: 'https://shop.example/demo', focus: vi.fn() }, panel)
    await click('/inbox/s2')
    expect(panel.postMessage).toHaveBeenCalledWith({ type: 'open', to: '/inbox/s2' })
    expect(panel.focus).toHaveBeenCalled()
  })
})

it('reads base64url', () => expect([...bytes('-_8')]).toEqual([251, 255]))
