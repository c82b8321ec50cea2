import { describe, expect, test } from 'vitest'
import { edge } from '../src/features/analytics/calls'
import { placeOf, standingOf } from '../src/features/analytics/limits'
import { countedOf, currenciesOf, ranked, type Total } from '../src/features/analytics/usage'

const total = (more: Partial<Total>): Total => ({ requests: 0, failed: 0, units: 0, prompt_tokens: 0, completion_tokens: 0, costs: {}, cost_usd: 0, ...more }) as Total

describe('sums', () => {
  test('never add up different currencies', () => {
    const both = total({ costs: { USD: 2_000_000, RUB: 300_000_000, EUR: 0 } })
    expect(currenciesOf(both)).toEqual(['RUB', 'USD'])
    expect(countedOf(both, 'cost:USD')).toBe(2)
    expect(countedOf(both, 'cost:CNY')).toBe(0)
  })
  test('what is small goes into one bar', () => {
    const groups = Object.fromEntries(Array.from({ length: 9 }, (_, place) => [`m${place}`, total({ requests: place })]))
    const bars = ranked(groups, 'requests', 4)
    expect(bars.map(({ value }) => value)).toEqual([8, 7, 6, 15])
    expect(bars.at(-1)).toMatchObject({ isRest: true })
    expect(ranked({ a: total({ requests: 1 }), b: total({}) }, 'requests')).toHaveLength(1)
  })
})

test('a day of the calendar ends where the next one begins', () => {
  expect(edge('2026-02-28', true)).toBe(new Date(2026, 2, 1).toISOString())
  expect(edge('2026-02-28')).toBe(new Date(2026, 1, 28).toISOString())
  expect(edge('nonsense')).toBeUndefined()
  expect(edge('')).toBeUndefined()
})

describe('limits', () => {
  const limit = { service_type: 'llm', limit_type: 'daily', measure: 'units', currency: '', assistant_id: null, api_key_id: null } as const
  test('have one place each, and a currency only of costs', () => {
    expect(placeOf({ ...limit, currency: 'RUB' })).toBe(placeOf(limit))
    expect(placeOf({ ...limit, measure: 'cost', currency: 'RUB' })).not.toBe(placeOf({ ...limit, measure: 'cost', currency: 'USD' }))
    expect(placeOf({ ...limit, assistant_id: 'a' })).not.toBe(placeOf({ ...limit, api_key_id: 'a' }))
  })
  test.each([[0, 'ok'], [79.9, 'ok'], [80, 'near'], [100, 'over'], [140, 'over']])('%s %% is %s', (percent, standing) => {
    expect(standingOf({ enabled: true, percent, warning_threshold: 80 })).toBe(standing)
    expect(standingOf({ enabled: false, percent, warning_threshold: 80 })).toBe('off')
  })
})
