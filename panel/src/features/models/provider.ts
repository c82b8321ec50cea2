import type { KnownModelOut, NewProvider, OwnPrice, ProviderConfig, ProviderFields, ProviderOut, ProviderType, ProviderTypeOut } from '@/api/generated'

export type Flag = 'known' | 'yes' | 'no'

/** What the form holds: texts as typed. `model` is empty for the first of its type. */
export interface Values {
  name: string
  api_key: string
  forget_key: boolean
  base_url: string
  model_name: string
  proxy_url: string
  forget_proxy: boolean
  enabled: boolean
  is_default: boolean
  description: string
  options: Record<string, string>
  context_tokens: number | ''
  max_output_tokens: number | ''
  has_images: Flag
  has_tools: Flag
  languages: ('ru' | 'en')[]
  max_concurrency: number
  connect_s: number
  first_token_s: number
  total_s: number
  price: { input: number | ''; output: number | ''; currency: string }
}

/** Options that make sense for a type beyond what it needs. */
const MORE: Partial<Record<ProviderType, string[]>> = {
  gigachat: ['scope', 'auth_url', 'ca_file'],
  openrouter: ['site_url', 'site_title'],
  vllm: ['tools'],
  ollama: ['tools'],
  custom: ['tools', 'ca_file'],
}
export const OWN_SERVERS: readonly string[] = ['ollama', 'vllm', 'custom']

export function optionsOf(type: ProviderTypeOut): string[] {
  return [...new Set([...type.options, ...(MORE[type.name as ProviderType] ?? [])])]
}

const LIMITS = { max_concurrency: 16, connect_s: 5, first_token_s: 30, total_s: 120 }
const EMPTY = { name: '', base_url: '', model_name: '', enabled: true, is_default: false, description: '', config: {} }

export function valuesOf(from: ProviderOut | null): Values {
  const { name, base_url, model_name, enabled, is_default, description, config } = from ?? EMPTY
  return { name, base_url, model_name, enabled, is_default, description, api_key: '', forget_key: false, proxy_url: '', forget_proxy: false, ...configValues(config) }
}

function configValues(config: ProviderConfig) {
  const { input, output, currency } = config.price ?? { input: '' as const, output: '' as const, currency: 'USD' }
  return {
    ...LIMITS,
    ...Object.fromEntries(Object.keys(LIMITS).flatMap((name) => (typeof config[name as keyof typeof LIMITS] === 'number' ? [[name, config[name as keyof typeof LIMITS]]] : []))),
    options: { ...config.options },
    context_tokens: config.context_tokens ?? ('' as const),
    max_output_tokens: config.max_output_tokens ?? ('' as const),
    has_images: flagOf(config.has_images),
    has_tools: flagOf(config.has_tools),
    languages: [...(config.languages ?? (['ru', 'en'] as const))],
    price: { input, output, currency: currency ?? 'USD' },
  }
}

const flagOf = (value: boolean | null | undefined): Flag => (value === true ? 'yes' : value === false ? 'no' : 'known')
const booleanOf = (flag: Flag): boolean | null => (flag === 'known' ? null : flag === 'yes')
const numberOf = (value: number | ''): number | null => (value === '' ? null : value)

export function configOf(values: Values, before: ProviderConfig = {}): ProviderConfig {
  const { input, output, currency } = values.price
  const price: OwnPrice | null = input === '' || output === '' ? null : { ...before.price, input, output, currency: currency.toUpperCase() }
  return {
    options: Object.fromEntries(Object.entries(values.options).filter(([, value]) => value.trim())),
    context_tokens: numberOf(values.context_tokens),
    max_output_tokens: numberOf(values.max_output_tokens),
    has_images: booleanOf(values.has_images),
    has_tools: booleanOf(values.has_tools),
    languages: values.languages,
    max_concurrency: values.max_concurrency,
    connect_s: values.connect_s,
    first_token_s: values.first_token_s,
    total_s: values.total_s,
    price,
  }
}

/** What is sent: a key and a proxy only where one was typed, so that the stored ones stay. */
export function fieldsOf(values: Values, before?: ProviderConfig): ProviderFields {
  const fields = {
    name: values.name.trim() || null,
    base_url: values.base_url.trim(),
    model_name: values.model_name.trim(),
    enabled: values.enabled,
    description: values.description,
    config: configOf(values, before),
    forget_key: values.forget_key,
    forget_proxy: values.forget_proxy,
    ...(values.api_key ? { api_key: values.api_key } : {}),
    ...(values.proxy_url ? { proxy_url: values.proxy_url } : {}),
  }
  return fields as unknown as ProviderFields
}

export function newOf(type: ProviderTypeOut, values: Values): NewProvider {
  const fields = fieldsOf(values)
  return { ...fields, provider_type: type.name as ProviderType, name: fields.name ?? type.title, is_default: values.is_default, forget_key: false, forget_proxy: false }
}

export function knownModel(type: ProviderTypeOut | undefined, name: string): KnownModelOut | undefined {
  return type?.models.find((each) => each.name === name)
}

/** What still has to be filled in before it can work. */
export function lacking(type: ProviderTypeOut, values: Values, hasKey: boolean): string[] {
  return [
    ...(type.needs_key && !values.api_key && (!hasKey || values.forget_key) ? ['api_key'] : []),
    ...(!type.base_url && !values.base_url.trim() ? ['base_url'] : []),
    ...(!type.models.length && !values.model_name.trim() ? ['model_name'] : []),
    ...type.options.filter((name) => !values.options[name]?.trim()),
  ]
}

export function arranged(rows: ProviderOut[], q: string, state: string, sort: { by: string; isDown: boolean } | undefined): ProviderOut[] {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean)
  const fits = (row: ProviderOut): boolean => words.every((word) => `${row.name} ${row.model_name} ${row.provider_type} ${row.description}`.toLowerCase().includes(word))
  const found = rows.filter((row) => fits(row) && (!state || row.enabled === (state === 'on')))
  if (!sort) return found.sort((a, b) => Number(b.is_default) - Number(a.is_default))
  const turn = sort.isDown ? -1 : 1
  const key = (row: ProviderOut): string => (sort.by === 'updated' ? row.updated : sort.by === 'model' ? row.model_name : row.name)
  return found.sort((a, b) => turn * key(a).localeCompare(key(b)))
}
