import { useQuery } from '@tanstack/vue-query'
import { computed, ref } from 'vue'
import { llmCreateProvider, llmTryProvider } from '@/api'
import type { LlmTriedOut, ProviderOut, ProviderType, ProviderTypeOut } from '@/api/generated'
import { llmListProvidersOptions } from '@/api/generated/@tanstack/vue-query.gen'
import { queries } from '@/app/query'
import { useForm } from '@/lib/form'

/** In the order in which an owner is likely to have one. */
const FIRST: ProviderType[] = ['gigachat', 'yandexgpt', 'openai', 'deepseek', 'claude', 'gemini', 'openrouter', 'kimi', 'ollama', 'vllm', 'custom']

export interface Values {
  type: ProviderType
  key: string
  model: string
  base: string
  options: Record<string, string>
}

/** What a kind of provider needs beyond its name. */
export function needs(type: ProviderTypeOut | undefined, name: ProviderType): { key: boolean; base: boolean; options: string[] } {
  return { key: Boolean(type?.needs_key), base: ['ollama', 'vllm', 'custom'].includes(name), options: type?.options ?? [] }
}

export function isFilled(values: Values, type: ProviderTypeOut | undefined): boolean {
  const wanted = needs(type, values.type)
  return Boolean(type) && (!wanted.key || values.key.trim() !== '') && (!wanted.base || values.base.trim() !== '') && values.model.trim() !== '' && wanted.options.every((name) => values.options[name]?.trim())
}

/** Providers there are, a new one, and one short question to either. */
export function useModel(emit: { done: () => void; changed: () => void }) {
  const list = useQuery(llmListProvidersOptions())
  const types = computed(() => (list.data.value?.provider_types ?? {}) as Record<string, ProviderTypeOut>)
  const choices = computed(() => FIRST.filter((name) => name in types.value).map((value) => ({ value, label: types.value[value]!.title })))
  const tried = ref<LlmTriedOut | null>(null)
  const isTrying = ref('')
  const created = ref<ProviderOut | null>(null)
  const form = useForm<Values>(() => ({ type: 'gigachat', key: '', model: '', base: '', options: {} }), { send })

  function choose(type: ProviderType): void {
    const known = types.value[type]
    Object.assign(form.values, { type, model: known?.default_models[0] ?? '', base: known?.base_url ?? '', options: {} })
  }
  async function send({ type, key, model, base, options }: Values): Promise<void> {
    const body = { provider_type: type, name: types.value[type]?.title ?? type, api_key: key.trim() || null, model_name: model.trim(), base_url: needs(types.value[type], type).base ? base.trim() : null, enabled: true, is_default: true, config: Object.keys(options).length ? { options } : null }
    const { data } = await llmCreateProvider({ body, throwOnError: true })
    created.value = data.provider
  }
  async function attempt(provider: Pick<ProviderOut, 'id'>): Promise<void> {
    isTrying.value = provider.id
    tried.value = null
    try {
      tried.value = (await llmTryProvider({ path: { provider_id: provider.id }, throwOnError: true })).data
      emit.changed()
    } finally {
      isTrying.value = ''
    }
  }
  async function submit(): Promise<void> {
    if (!(await form.submit()) || !created.value) return
    form.values.key = ''
    void queries.invalidateQueries({ queryKey: llmListProvidersOptions().queryKey })
    await attempt(created.value).catch(() => undefined)
  }
  return { list, types, choices, form, choose, tried, isTrying, attempt, submit }
}
