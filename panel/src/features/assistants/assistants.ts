import { linksOf } from '@/ai/chain'
import { paramsOf } from '@/ai/params'
import type { AssistantFields, AssistantOut, Card, ChainLink, HandOverRules, LlmParams } from '@/api/generated'
import { hoursOf, tidyHours, type Hours } from './hours'

export type Reach = 'all' | 'some' | 'none'
export interface Values {
  name: string
  description: string
  persona_id: string
  hasOwnPrompt: boolean
  system_prompt: string
  backends: ChainLink[]
  llm_params: LlmParams
  reach: Reach
  collections: string[]
  card: Required<Card>
  hours: Hours | null
  handover: Required<HandOverRules>
}

/** What the backend has where nobody has decided otherwise. */
const RULES: Required<HandOverRules> = { on_request: true, on_unsure: false, words: [], wait_minutes: 10, hold_minutes: 60 }
const EMPTY = { name: '', description: '', persona_id: 'anna', system_prompt: null, backends: ['auto'], llm_params: {}, collections: null, card: {}, hours: null, handover: {} as HandOverRules } satisfies Partial<AssistantOut>

export function valuesOf(row: AssistantOut | null, zone = 'Europe/Moscow'): Values {
  const { name, description, persona_id, system_prompt, backends, llm_params, collections, card, hours, handover } = row ?? EMPTY
  return {
    name,
    description,
    persona_id,
    hasOwnPrompt: Boolean(system_prompt),
    system_prompt: system_prompt ?? '',
    backends: linksOf(backends),
    llm_params: paramsOf(llm_params),
    reach: collections === null ? 'all' : collections.length ? 'some' : 'none',
    collections: [...(collections ?? [])],
    card: { company: '', phone: '', address: '', hours: '', timezone: zone, ...card },
    hours: hours ? hoursOf(hours) : null,
    handover: { ...RULES, ...handover, words: [...(handover?.words ?? [])] },
  }
}

/** An assistant as the backend takes it. */
export function fieldsOf(values: Values): Required<AssistantFields> {
  return {
    name: values.name.trim(),
    description: values.description,
    persona_id: values.persona_id,
    system_prompt: values.hasOwnPrompt && values.system_prompt.trim() ? values.system_prompt : null,
    backends: values.backends,
    llm_params: values.llm_params,
    collections: values.reach === 'all' ? null : values.reach === 'none' ? [] : values.collections,
    card: values.card,
    hours: values.hours && tidyHours(values.hours),
    handover: values.handover,
  }
}

/** Only what differs from what is stored, so that nothing else is written over; everything for a new one. */
export function changesOf(values: Values, row: AssistantOut | null): AssistantFields {
  const now = fieldsOf(values)
  if (!row) return now
  const before = fieldsOf(valuesOf(row))
  const changed = Object.entries(now).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name as keyof AssistantFields]))
  return Object.fromEntries(changed)
}

export function arranged(rows: AssistantOut[], q: string, sort: { by: string; isDown: boolean } | undefined): AssistantOut[] {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean)
  const found = rows.filter((row) => words.every((word) => `${row.name} ${row.description} ${row.card.company} ${row.persona_id}`.toLowerCase().includes(word)))
  const turn = sort?.isDown ? -1 : 1
  if (!sort) return found.sort((a, b) => Number(b.is_default) - Number(a.is_default) || a.name.localeCompare(b.name))
  return found.sort((a, b) => turn * (sort.by === 'updated' ? a.updated.localeCompare(b.updated) : a.name.localeCompare(b.name)))
}

/** The zones that a business may be in, the usual ones first. */
export function zones(): string[] {
  const usual = ['Europe/Kaliningrad', 'Europe/Moscow', 'Europe/Samara', 'Asia/Yekaterinburg', 'Asia/Omsk', 'Asia/Novosibirsk', 'Asia/Irkutsk', 'Asia/Yakutsk', 'Asia/Vladivostok', 'Asia/Kamchatka']
  return [...new Set([...usual, ...Intl.supportedValuesOf('timeZone'), 'UTC'])]
}
