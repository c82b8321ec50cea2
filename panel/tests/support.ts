import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query'
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import type { Component } from 'vue'
import { createRouter, createWebHashHistory } from 'vue-router'
import { answerWith } from '../src/api'
import type { MeOut } from '../src/api/generated'
import { features } from '../src/app/features'
import { i18n, loadTexts, setLanguage } from '../src/app/i18n'
import { useSession } from '../src/app/session'
import type { Language } from '../src/lib/feature'

type Answer = unknown | ((request: Request) => unknown)

/** Lets the backend answer by `METHOD /path`; what is not named is a 404. Returns what was asked, in order. */
export function backend(answers: Record<string, Answer>): string[] {
  const asked: string[] = []
  answerWith(async (request) => {
    const url = new URL(request.url)
    asked.push(`${request.method} ${url.pathname}${url.search}`)
    const answer = answers[`${request.method} ${url.pathname}`]
    if (answer === undefined) return problem(404, 'not_found', 'Not found.')
    const body = typeof answer === 'function' ? await (answer as (request: Request) => unknown)(request) : answer
    return body instanceof Response ? body : Response.json(body)
  })
  return asked
}

export function problem(status: number, code: string, detail: string, more: object = {}): Response {
  return Response.json({ type: 'about:blank', title: code, status, code, detail, request_id: 'req-1', ...more }, { status, headers: { 'content-type': 'application/problem+json' } })
}

/** Somebody who may all there is, or only what `rights` names. */
export function somebody(more: Partial<MeOut> = {}): MeOut {
  const all = { view: 'all', edit: 'all', manage: 'all' } as const
  const rights = new Proxy({}, { get: () => all }) as MeOut['rights']
  return { id: 'u1', username: 'olga', role: 'admin', display_name: 'Olga', deployment_mode: 'full', rights, ...more }
}

/** A view on the page, as the panel would show it. */
export async function mounted(view: Component, options: { answers?: Record<string, Answer>; me?: MeOut; at?: string; language?: Language; props?: object } = {}): Promise<VueWrapper & { asked: string[] }> {
  const asked = backend(options.answers ?? {})
  const pinia = createPinia()
  setActivePinia(pinia)
  useSession().me = options.me ?? somebody()
  await setLanguage(options.language ?? 'en')
  await Promise.all(features.map(loadTexts))
  const router = createRouter({ history: createWebHashHistory(), routes: [{ path: '/:rest(.*)*', component: { render: () => null } }] })
  await router.push(options.at ?? '/')
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const wrapper = mount(view, { props: options.props, attachTo: document.body, global: { plugins: [pinia, i18n, router, [VueQueryPlugin, { queryClient }]] } })
  await flushPromises()
  return Object.assign(wrapper, { asked })
}
