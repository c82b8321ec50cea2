import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Values } from './assistants'

/** An assistant in texts, to compare two versions of it. */
export function shownOf(values: Values): Record<string, string> {
  const params = Object.entries(values.llm_params).filter(([, value]) => value !== null).map(([name, value]) => `${name}: ${value}`)
  const chain = values.backends.map(({ backend, when }) => (when && Object.keys(when).length ? `${backend} ${JSON.stringify(when)}` : backend))
  const { company, phone, address, hours, timezone } = values.card
  return {
    name: values.name,
    description: values.description,
    persona: values.persona_id,
    prompt: values.hasOwnPrompt ? values.system_prompt : '',
    chain: chain.join('\n'),
    params: params.join('\n'),
    knowledge: values.reach === 'some' ? values.collections.join('\n') : values.reach,
    card: [company, phone, address, hours, timezone].filter(Boolean).join('\n'),
  }
}

export function useLabels() {
  const { t } = useI18n()
  return computed(() => Object.fromEntries(['name', 'description', 'persona', 'prompt', 'chain', 'params', 'knowledge', 'card'].map((name) => [name, t(`assistants.${name}`)])))
}
