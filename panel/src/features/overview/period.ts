import { computed } from 'vue'
import { useListQuery } from '@/lib/listQuery'
import { zone } from '@/lib/format'

export const PERIODS = ['today', '7', '30', '90'] as const
export type Period = (typeof PERIODS)[number]
const DAY_MS = 86_400_000

/** The days looked at, kept in the address, and the equally many before them. */
export function usePeriod() {
  const { filters, setFilter } = useListQuery({ period: '30' })
  const period = computed<Period>({
    get: () => PERIODS.find((each) => each === filters.value.period) ?? '30',
    set: (value) => setFilter('period', value),
  })
  const days = computed(() => (period.value === 'today' ? 1 : Number(period.value)))
  const query = computed(() => ({ ...range(days.value, 0), group: days.value === 1 ? ('hour' as const) : ('day' as const), tz: zone() }))
  const before = computed(() => ({ ...range(days.value, days.value), group: 'day' as const, tz: zone() }))
  return { period, days, query, before }
}

/** `days` whole days on the viewer's clock that end `back` days ago, as ISO dates. */
export function range(days: number, back: number, now = new Date()): { from: string; to: string } {
  const noon = new Date(now.getFullYear(), now.getMonth(), now.getDate(), 12).getTime()
  return { from: iso(noon - (days - 1 + back) * DAY_MS), to: iso(noon - back * DAY_MS) }
}

function iso(at: number): string {
  const day = new Date(at)
  return [day.getFullYear(), String(day.getMonth() + 1).padStart(2, '0'), String(day.getDate()).padStart(2, '0')].join('-')
}
