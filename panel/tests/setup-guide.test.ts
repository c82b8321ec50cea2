import { expect, test } from 'vitest'
import type { ProviderTypeOut } from '../src/api/generated'
import { heard } from '../src/features/setup/asking'
import { nextStep, type Step } from '../src/features/setup/guide'
import { isFilled } from '../src/features/setup/model'

const steps = (...done: Step[]) => (['password', 'business', 'model', 'knowledge', 'widget', 'question'] as Step[]).map((key) => ({ key, is_done: done.includes(key) }))

test('the guide goes on with what is open, and comes back to what was left', () => {
  expect(nextStep(steps(), new Set())).toBe('password')
  expect(nextStep(steps('password'), new Set(['business']))).toBe('model')
  expect(nextStep(steps('password', 'widget', 'question'), new Set(), 'knowledge')).toBe('business')
  expect(nextStep(steps('business', 'model', 'knowledge', 'widget', 'question'), new Set(['password']), 'password')).toBeUndefined()
})

test('an answer grows by what is heard', () => {
  const empty = { text: '', sources: [], fault: '' }
  const said = heard(heard(empty, { type: 'chunk', content: '300' }), { type: 'chunk', content: ' ₽' })
  expect(said.text).toBe('300 ₽')
  const sources = [{ title: 'Prices' }]
  const whole = heard(heard(said, { type: 'sources', sources }), { type: 'assistant_message', message: { content: '300 ₽.', sources: [] } })
  expect(whole).toEqual({ text: '300 ₽.', sources, fault: '' })
  expect(heard(said, { type: 'error', message: 'gone' }).fault).toBe('gone')
})

test('a provider is asked for what it needs, no more', () => {
  const type = { needs_key: true, options: ['folder_id'] } as ProviderTypeOut
  const values = { type: 'yandexgpt' as const, key: 'k', model: 'm', base: '', options: {} as Record<string, string> }
  expect(isFilled(values, type)).toBe(false)
  expect(isFilled({ ...values, options: { folder_id: 'b1' } }, type)).toBe(true)
  expect(isFilled({ ...values, type: 'ollama', key: '', base: '' }, { needs_key: false, options: [] } as unknown as ProviderTypeOut)).toBe(false)
  expect(isFilled(values, undefined)).toBe(false)
})
