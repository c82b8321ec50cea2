import { describe, expect, it } from 'vitest'
import type { ProviderOut, ProviderTypeOut } from '../src/api/generated'
import { changesOf as assistantChanges, fieldsOf as assistantFields, valuesOf as assistantValues } from '../src/features/assistants/assistants'
import { bestOf, leftS, progressOf } from '../src/features/models/local'
import { fieldsOf, lacking, valuesOf } from '../src/features/models/provider'
import { changesOf as personaChanges, spoken, valuesOf as personaValues } from '../src/features/personas/personas'

const yandex: ProviderTypeOut = { name: 'yandexgpt', title: 'YandexGPT', base_url: 'https://llm.api.cloud.yandex.net/v1', default_models: ['yandexgpt'], models: [{ name: 'yandexgpt', context_tokens: 32_000, max_output_tokens: 8000, has_images: false, has_tools: true, has_json: true, has_logprobs: false }], embedding_models: [], needs_key: true, options: ['folder_id'], keys_at: '' }
const stored = { id: 'y-1', backend: 'cloud:y-1', name: 'Yandex', provider_type: 'yandexgpt', base_url: '', model_name: 'yandexgpt', has_key: true, key_hint: 'abcd', proxy: '', enabled: true, is_default: false, owner_id: null, config: { options: { folder_id: 'b1g' }, total_s: 60, has_tools: false }, description: '', created: '', updated: '' } as ProviderOut

describe('a provider', () => {
  it('sends no key and no proxy unless one was typed', () => {
    const sent = fieldsOf(valuesOf(stored), stored.config)
    expect(sent).not.toHaveProperty('api_key')
    expect(sent).not.toHaveProperty('proxy_url')
    expect(fieldsOf({ ...valuesOf(stored), api_key: 'sk-1' })).toMatchObject({ api_key: 'sk-1' })
  })
  it('keeps its settings through the form', () => {
    expect(fieldsOf(valuesOf(stored), stored.config).config).toMatchObject({ options: { folder_id: 'b1g' }, total_s: 60, connect_s: 5, has_tools: false, has_images: null, price: null })
  })
  it('says what is lacking', () => {
    expect(lacking(yandex, valuesOf(null), false)).toEqual(['api_key', 'folder_id'])
    expect(lacking(yandex, valuesOf(stored), true)).toEqual([])
    expect(lacking(yandex, { ...valuesOf(stored), forget_key: true }, true)).toEqual(['api_key'])
  })
})

describe('a local model', () => {
  it('knows how far a download is', () => {
    const pull = { job_id: '1', repository: 'a/b', file: 'c.gguf', state: 'running' as const, progress: { done: 50, total: 200, bytes_per_s: 10 }, error: null, text: '' }
    expect(progressOf(pull)).toEqual({ done: 50, total: 200, perSecond: 10 })
    expect(leftS(progressOf(pull)!)).toBe(15)
    expect(progressOf({ ...pull, progress: null })).toBeNull()
  })
  it('recommends the first of the largest that fit well', () => {
    const model = (name: string, computer_gb: number, fit: 'yes' | 'tight' | 'no') => ({ name, title: name, is_recommended: true, size_bytes: 1, memory_bytes: 1, computer_gb, fit, installed: null, running: null })
    expect(bestOf([model('small', 4, 'yes'), model('quick', 16, 'yes'), model('slow', 16, 'yes'), model('large', 32, 'tight')])).toBe('quick')
  })
})

describe('an assistant', () => {
  const row = { id: 'a', name: 'A', description: '', owner_id: null, is_default: false, persona_id: 'anna', system_prompt: null, backends: ['auto'], llm_params: { temperature: 0.3 }, card: { company: 'X' }, collections: null, hours: null, handover: {}, created: '', updated: '' }

  it('tells all, some and no collections apart', () => {
    expect(assistantFields({ ...assistantValues(row), reach: 'none' }).collections).toEqual([])
    expect(assistantFields({ ...assistantValues(row), reach: 'all', collections: ['c'] }).collections).toBeNull()
    expect(assistantFields({ ...assistantValues(row), reach: 'some', collections: ['c'] }).collections).toEqual(['c'])
  })
  it('sends only what was changed', () => {
    expect(assistantChanges(assistantValues(row), row)).toEqual({})
    expect(assistantChanges({ ...assistantValues(row), name: 'B' }, row)).toEqual({ name: 'B' })
    expect(assistantChanges({ ...assistantValues(row), hasOwnPrompt: true, system_prompt: '  ' }, row)).toEqual({})
  })
})

describe('a persona', () => {
  const row = { id: 'anna', name: 'Anna', description: '', system_prompt: 'Привет', prompts: { ru: 'Привет', en: '' }, temperature: 0.7, max_tokens: 512, top_p: 0.9, repetition_penalty: 1.1, is_builtin: true, enabled: true, owner_id: null, created: '', updated: '' }

  it('falls back on the other language', () => {
    expect(spoken(row.prompts, 'en')).toBe('Привет')
  })
  it('sends only what was changed, a prompt in both languages', () => {
    expect(personaChanges(personaValues(row), row)).toEqual({})
    expect(personaChanges({ ...personaValues(row), prompts: { ru: 'Привет', en: 'Hello' }, params: { ...personaValues(row).params, temperature: 0.2 } }, row)).toEqual({ system_prompt: { ru: 'Привет', en: 'Hello' }, temperature: 0.2 })
  })
})
