import { useI18n } from 'vue-i18n'

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
]

/** Numbers, times and money in the language in use and the viewer's zone. */
export function useFormat() {
  const { locale } = useI18n()
  const moment = (at: Date | string): Date => (at instanceof Date ? at : new Date(at))

  function number(value: number, options?: Intl.NumberFormatOptions): string {
    return new Intl.NumberFormat(locale.value, options).format(value)
  }
  function compact(value: number): string {
    return Math.abs(value) < 10_000 ? number(value, { maximumFractionDigits: 1 }) : number(value, { notation: 'compact', maximumFractionDigits: 1 })
  }
  function percent(share: number): string {
    return number(share, { style: 'percent', maximumFractionDigits: share !== 0 && Math.abs(share) < 0.1 ? 1 : 0 })
  }
  function money(micro: number, currency: string): string {
    const value = micro / 1_000_000
    const digits = value !== 0 && Math.abs(value) < 1 ? 4 : 2
    return number(value, { style: 'currency', currency, currencyDisplay: 'narrowSymbol', minimumFractionDigits: 2, maximumFractionDigits: digits })
  }
  function bytes(size: number): string {
    const step = Math.min(3, Math.floor(Math.log2(Math.max(1, size)) / 10))
    const unit = ['byte', 'kilobyte', 'megabyte', 'gigabyte'][step]
    return number(size / 1024 ** step, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: step ? 1 : 0 })
  }
  function duration(ms: number): string {
    if (ms < 1000) return number(Math.round(ms), { style: 'unit', unit: 'millisecond', unitDisplay: 'short' })
    if (ms < 60_000) return number(ms / 1000, { style: 'unit', unit: 'second', unitDisplay: 'short', maximumFractionDigits: 1 })
    return number(ms / 60_000, { style: 'unit', unit: 'minute', unitDisplay: 'short', maximumFractionDigits: 1 })
  }
  function date(at: Date | string, options: Intl.DateTimeFormatOptions = { dateStyle: 'medium' }): string {
    return new Intl.DateTimeFormat(locale.value, options).format(moment(at))
  }
  function exact(at: Date | string): string {
    return date(at, { dateStyle: 'medium', timeStyle: 'medium' })
  }
  /** "5 minutes ago" up to a day; then the day. */
  function relative(at: Date | string, now = Date.now()): string {
    const seconds = (moment(at).getTime() - now) / 1000
    const [unit, size] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? ['second', 1]
    const value = unit === 'second' ? 0 : Math.trunc(seconds / size)
    return new Intl.RelativeTimeFormat(locale.value, { numeric: 'auto', style: 'short' }).format(value, unit)
  }
  return { number, compact, percent, money, bytes, duration, date, exact, relative }
}

/** The viewer's zone, as the backend takes it. */
export function zone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC'
}
