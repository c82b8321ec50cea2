import { DEFAULTS, PARAMS } from '@/ai/params'
import type { LlmParams, PresetFields, PresetOut } from '@/api/generated'

export type Language = 'ru' | 'en'
export interface Values {
  name: string
  description: string
  enabled: boolean
  prompts: Record<Language, string>
  params: LlmParams
}

export function valuesOf(row: PresetOut | null): Values {
  return {
    name: row?.name ?? '',
    description: row?.description ?? '',
    enabled: row?.enabled ?? true,
    prompts: { ru: row?.prompts.ru ?? '', en: row?.prompts.en ?? '' },
    params: Object.fromEntries(PARAMS.map(({ id }) => [id, row?.[id] ?? DEFAULTS[id]])),
  }
}

/** What differs from what is stored; everything for a new one. */
export function changesOf(values: Values, row: PresetOut | null): PresetFields {
  const before = valuesOf(row)
  const isNew = (name: 'name' | 'description' | 'enabled'): boolean => !row || values[name] !== before[name]
  const fields: PresetFields = {}
  if (isNew('name')) fields.name = values.name.trim()
  if (isNew('description')) fields.description = values.description
  if (isNew('enabled')) fields.enabled = values.enabled
  if (!row || hasNewPrompt(values, row)) fields.system_prompt = { ...values.prompts }
  for (const { id } of PARAMS) if (!row || paramOf(values, id) !== before.params[id]) fields[id] = paramOf(values, id)
  return fields
}

const paramOf = (values: Values, id: keyof LlmParams): number => values.params[id] ?? DEFAULTS[id]

export function hasNewPrompt(values: Values, row: PresetOut | null): boolean {
  const before = valuesOf(row).prompts
  return values.prompts.ru !== before.ru || values.prompts.en !== before.en
}

/** What is spoken in a language: a prompt that is missing falls back on the other. */
export function spoken(prompts: { ru?: string; en?: string }, language: Language): string {
  return (language === 'ru' ? prompts.ru || prompts.en : prompts.en || prompts.ru) ?? ''
}

export function arranged(rows: PresetOut[], q: string, which: string, sort: { by: string; isDown: boolean } | undefined): PresetOut[] {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean)
  const fits = (row: PresetOut): boolean => words.every((word) => `${row.name} ${row.description} ${row.system_prompt}`.toLowerCase().includes(word))
  const found = rows.filter((row) => fits(row) && (!which || (which === 'shipped') === row.is_builtin))
  const turn = sort?.isDown ? -1 : 1
  return found.sort((a, b) => turn * (sort?.by === 'updated' ? a.updated.localeCompare(b.updated) : a.name.localeCompare(b.name)))
}
