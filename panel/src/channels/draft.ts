import { paramsOf } from '@/ai/params'
import type { AssistantOut, LlmParams } from '@/api/generated'
import { linksOf } from '@/ai/chain'
import type { Channel, Instance } from './channel'

/** How an instance answers where it does not simply answer as its assistant does. */
export interface Answers {
  llm_backend: string
  llm_persona: string
  system_prompt: string
  llm_params: LlmParams
}

/** What a form holds of an instance. A secret is null while the stored one stays, and empty when it is taken away. */
export interface Draft extends Answers {
  name: string
  description: string
  enabled: boolean
  assistant_id: string
  hasOwnAnswers: boolean
  rate_limit_count: number | null
  rate_limit_hours: number
  welcome_message: string
  unauthorized_message: string
  error_message: string
  typing_enabled: boolean
  [own: string]: unknown
}

const ANSWERS = ['llm_backend', 'llm_persona', 'system_prompt', 'llm_params']

/** What stands where nothing is set. */
const USUAL = { name: '', description: '', enabled: true, llm_backend: 'auto', llm_persona: '', system_prompt: '', rate_limit_count: null, rate_limit_hours: 24, welcome_message: '', unauthorized_message: '', error_message: '', typing_enabled: true }

export function draftOf(channel: Pick<Channel, 'secrets' | 'own'>, row: Instance): Draft {
  const stored = Object.fromEntries(Object.entries(USUAL).map(([name, usual]) => [name, row[name as keyof typeof USUAL] ?? usual])) as typeof USUAL
  return {
    ...stored,
    assistant_id: row.assistant_id,
    hasOwnAnswers: false,
    llm_params: paramsOf(row.llm_params ?? {}),
    ...channel.own(row),
    ...Object.fromEntries(channel.secrets.map((name) => [name, null])),
  }
}

/** How an assistant answers, in the words of an instance. */
export function answersOf(assistant: Pick<AssistantOut, 'backends' | 'persona_id' | 'system_prompt' | 'llm_params'>): Answers {
  return {
    llm_backend: linksOf(assistant.backends)[0]?.backend ?? 'none',
    llm_persona: assistant.persona_id,
    system_prompt: assistant.system_prompt ?? '',
    llm_params: paramsOf(assistant.llm_params),
  }
}

/** Only what differs is sent: what somebody else changes meanwhile stays his. */
export function changesOf(draft: Draft, stored: Draft): Record<string, unknown> {
  const isAsked = (name: string): boolean => name !== 'hasOwnAnswers' && (draft.hasOwnAnswers || !ANSWERS.includes(name))
  const names = Object.keys(draft).filter((name) => isAsked(name) && JSON.stringify(draft[name]) !== JSON.stringify(stored[name]))
  const changes = Object.fromEntries(names.map((name) => [name, draft[name]]))
  if ('system_prompt' in changes && !draft.system_prompt.trim()) changes.system_prompt = null
  if ('rate_limit_count' in changes) changes.rate_limit_count = draft.rate_limit_count || null
  return changes
}
