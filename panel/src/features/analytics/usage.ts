import { useI18n } from 'vue-i18n'
import type { Measure, UsageStatsResponse } from '@/api/generated'
import { useFormat } from '@/lib/format'

export type Numbers = UsageStatsResponse['stats']
export type Total = Numbers['total']
export const SERVICES = ['llm', 'tts', 'stt'] as const
export const MICRO = 1_000_000

/** What a chart and its rankings count: calls, units, or the money of one currency. Currencies never add up. */
export type Counted = 'requests' | 'units' | `cost:${string}`

export function countedOf(total: Total, counted: Counted): number {
  if (counted === 'requests') return total.requests
  if (counted === 'units') return total.units
  return ((total.costs as Record<string, number>)[counted.slice(5)] ?? 0) / MICRO
}

/** The currencies in which something was spent, the largest sum of digits first: roubles before cents. */
export function currenciesOf(total: Total | undefined): string[] {
  return Object.entries((total?.costs ?? {}) as Record<string, number>)
    .filter(([, micro]) => micro > 0)
    .sort((a, b) => b[1] - a[1])
    .map(([currency]) => currency)
}

/** The largest first; beyond `most` the rest is one bar. */
export function ranked(groups: Record<string, Total>, counted: Counted, most = 6): { id: string; value: number; isRest: boolean }[] {
  const all = Object.entries(groups)
    .map(([id, total]) => ({ id, value: countedOf(total, counted), isRest: false }))
    .filter((each) => each.value > 0)
    .sort((a, b) => b.value - a.value)
  if (all.length <= most) return all
  const rest = all.slice(most - 1).reduce((sum, each) => sum + each.value, 0)
  return [...all.slice(0, most - 1), { id: '', value: rest, isRest: true }]
}

export function useUsageText() {
  const { t, te, locale } = useI18n()
  const { money, number, compact } = useFormat()

  function amount(value: number, counted: Counted): string {
    return counted.startsWith('cost:') ? money(value * MICRO, counted.slice(5)) : number(value, { maximumFractionDigits: 0 })
  }
  /** Short enough for an axis. */
  function short(value: number, counted: Counted): string {
    if (!counted.startsWith('cost:')) return compact(value)
    return new Intl.NumberFormat(locale.value, { maximumSignificantDigits: 2, notation: value >= 10_000 ? 'compact' : 'standard' }).format(value)
  }
  const service = (id: string): string => (te(`analytics.service.${id}`) ? t(`analytics.service.${id}`) : id)
  const source = (id: string): string => (!id ? t('analytics.noSource') : te(`analytics.source.${id}`) ? t(`analytics.source.${id}`) : te(`channel.${id}`) ? t(`channel.${id}`) : id)
  /** The number of a limit as a person says it: 500 000 tokens, 3 000 ₽. */
  function limited(value: number, limit: { measure: Measure; currency: string; service_type: string }): string {
    if (limit.measure === 'cost') return money(value, limit.currency || 'USD')
    return number(value)
  }
  const unit = (limit: { measure: Measure; service_type: string }): string => (limit.measure === 'cost' ? '' : t(limit.measure === 'requests' ? 'analytics.unit.requests' : `analytics.unit.${limit.service_type}`))
  return { amount, short, service, source, limited, unit }
}
