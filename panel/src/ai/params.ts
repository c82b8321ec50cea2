import type { LlmParams } from '@/api/generated'

export interface Param {
  id: keyof LlmParams
  least: number
  most: number
  /** Where the slider ends; more can be typed. */
  reach: number
  step: number
}

export const PARAMS: Param[] = [
  { id: 'temperature', least: 0, most: 2, reach: 1.5, step: 0.1 },
  { id: 'max_tokens', least: 1, most: 32_000, reach: 2048, step: 1 },
  { id: 'top_p', least: 0.05, most: 1, reach: 1, step: 0.05 },
  { id: 'repetition_penalty', least: 0.5, most: 2, reach: 1.5, step: 0.05 },
]
/** Where nobody says otherwise; the backend's own for a new persona. */
export const DEFAULTS: Required<{ [Name in keyof LlmParams]: number }> = { temperature: 0.7, max_tokens: 512, top_p: 0.9, repetition_penalty: 1.1 }

/** What was typed, within what is allowed; null for nothing. */
export function within(param: Param, typed: unknown): number | null {
  if (typed === '' || typed === null || typed === undefined) return null
  const value = Number(typed)
  if (!Number.isFinite(value)) return null
  const whole = param.step === 1 ? Math.round(value) : Math.round(value * 1000) / 1000
  return Math.min(param.most, Math.max(param.least, whole))
}

export function paramsOf(from: LlmParams): LlmParams {
  return Object.fromEntries(PARAMS.map(({ id }) => [id, from[id] ?? null]))
}
