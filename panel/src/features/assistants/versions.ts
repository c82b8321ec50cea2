import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Values } from './assistants'
import { DAYS, type Hours } from './hours'

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
    open: values.hours ? openOf(values.hours) : '',
    over: overOf(values),
  }
}

function openOf(hours: Hours): string {
  const spans = (each: { from: string; to: string }[]): string => each.map(({ from, to }) => `${from}–${to}`).join(', ')
  const week = DAYS.filter((day) => hours.weekly[day].length).map((day) => `${day} ${spans(hours.weekly[day])}`)
  const holidays = hours.holidays.map(({ from, to, name, spans: own }) => [name, from, to, spans(own)].filter(Boolean).join(' '))
  return [...week, ...holidays, hours.closed_text.ru, hours.closed_text.en].filter(Boolean).join('\n')
}

function overOf({ handover: { on_request, on_unsure, words, wait_minutes, hold_minutes } }: Values): string {
  return [`on_request: ${on_request}`, `on_unsure: ${on_unsure}`, words.join(', '), `wait: ${wait_minutes}`, `hold: ${hold_minutes}`].filter(Boolean).join('\n')
}

export function useLabels() {
  const { t } = useI18n()
  const own = ['name', 'description', 'persona', 'prompt', 'chain', 'params', 'knowledge', 'card']
  return computed(() => ({ ...Object.fromEntries(own.map((name) => [name, t(`assistants.${name}`)])), open: t('assistants.open.title'), over: t('assistants.over.title') }))
}
