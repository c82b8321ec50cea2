import type { BusinessHours, Span } from '@/api/generated'

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Day = (typeof DAYS)[number]
const WORKDAYS: readonly Day[] = ['mon', 'tue', 'wed', 'thu', 'fri']
const MIDNIGHT = '24:00'
const DAY_MIN = 1440
export const MOST_SPANS = 8

export interface Holiday {
  from: string
  to: string
  name: string
  spans: Span[]
}
export interface Hours {
  weekly: Record<Day, Span[]>
  holidays: Holiday[]
  closed_text: { ru: string; en: string }
}

/** Hours with every day in them, as a form wants them. */
export function hoursOf(stored: BusinessHours): Hours {
  return {
    weekly: Object.fromEntries(DAYS.map((day) => [day, (stored.weekly?.[day] ?? []).map((span) => ({ ...span }))])) as Hours['weekly'],
    holidays: (stored.holidays ?? []).map(({ from, to, name, spans }) => ({ from, to, name: name ?? '', spans: (spans ?? []).map((span) => ({ ...span })) })),
    closed_text: { ru: stored.closed_text?.ru ?? '', en: stored.closed_text?.en ?? '' },
  }
}

/** What most businesses have, to begin with. */
export function usualHours(): Hours {
  return hoursOf({ weekly: Object.fromEntries(WORKDAYS.map((day) => [day, [{ from: '09:00', to: '18:00' }]])) })
}

/** As the backend keeps them: without days off, texts that are empty, and holidays without a date. */
export function tidyHours(hours: Hours): BusinessHours {
  const weekly = Object.fromEntries(DAYS.filter((day) => hours.weekly[day].length).map((day) => [day, hours.weekly[day]]))
  const holidays = hours.holidays.filter(({ from }) => from).map((each) => ({ ...each, to: each.to || each.from, name: each.name.trim() }))
  const closed_text = Object.fromEntries(Object.entries(hours.closed_text).filter(([, text]) => text.trim()))
  return { weekly, holidays, closed_text }
}

function minutes(clock: string): number {
  const [hour, minute] = clock.split(':').map(Number)
  return (hour ?? 0) * 60 + (minute ?? 0)
}

/** Does it end on the next day? */
export function isOverNight(span: Span): boolean {
  return span.to !== MIDNIGHT && minutes(span.to) < minutes(span.from)
}

/** A time of day as people type it: 9, 930, 9:30, 21.00; empty for what is none. A day ends at 24:00, not at 00:00. */
export function clockOf(typed: string, isEnd = false): string {
  const found = /^(\d{1,2})(?:[:.\s-]?(\d{2}))?$/.exec(typed.trim())
  if (!found) return ''
  const [hour, minute] = [Number(found[1]), Number(found[2] ?? 0)]
  if (isEnd && minute === 0 && (hour === 0 || hour === 24)) return MIDNIGHT
  return hour < 24 && minute < 60 ? clock(hour * 60 + minute) : ''
}

/** What is wrong with the spans of a day: one without both times, one without length, two that overlap. */
export function faultOf(spans: readonly Span[]): 'unfinished' | 'empty' | 'overlap' | null {
  if (spans.some(({ from, to }) => !from || !to)) return 'unfinished'
  if (spans.some(({ from, to }) => from === to)) return 'empty'
  const inOrder = spans.map((span) => [minutes(span.from), isOverNight(span) ? minutes(span.to) + DAY_MIN : minutes(span.to)] as const).sort((a, b) => a[0] - b[0])
  return inOrder.some(([begins], at) => at > 0 && begins < inOrder[at - 1]![1]) ? 'overlap' : null
}

/** Is everything written down as the backend takes it? */
export function isSound(hours: Hours): boolean {
  return [...DAYS.map((day) => hours.weekly[day]), ...hours.holidays.map(({ spans }) => spans)].every((spans) => faultOf(spans) === null) && hours.holidays.every(({ from, to }) => Boolean(from) && (!to || to >= from))
}

/** The next span to offer for a day: after the last one, or the usual day. */
export function nextSpan(spans: readonly Span[]): Span {
  const last = spans.at(-1)
  if (!last) return { from: '09:00', to: '18:00' }
  const begins = Math.min(minutes(last.to) + 60, DAY_MIN - 60)
  return { from: clock(begins), to: clock(Math.min(begins + 180, DAY_MIN)) }
}

function clock(at: number): string {
  return `${String(Math.floor(at / 60)).padStart(2, '0')}:${String(at % 60).padStart(2, '0')}`
}

/** Is somebody there now, by the clock of the business? Undefined for a zone that is none. */
export function isOpenAt(hours: Hours, zone: string, at: Date): boolean | undefined {
  const today = wall(zone, at)
  const before = wall(zone, new Date(at.getTime() - DAY_MIN * 60_000))
  if (!today || !before) return undefined
  const isIn = ({ from, to }: Span, now: number): boolean => now >= minutes(from) && now < (to === MIDNIGHT ? DAY_MIN : minutes(to) + (minutes(to) < minutes(from) ? DAY_MIN : 0))
  return spansOn(hours, today).some((span) => isIn(span, today.minute)) || spansOn(hours, before).some((span) => isIn(span, today.minute + DAY_MIN))
}

function spansOn(hours: Hours, { date, day }: { date: string; day: Day }): Span[] {
  const holiday = hours.holidays.find(({ from, to }) => from && from <= date && date <= (to || from))
  return (holiday ? holiday.spans : hours.weekly[day]).filter(({ from, to }) => from && to)
}

function wall(zone: string, at: Date): { date: string; day: Day; minute: number } | null {
  try {
    const parts = Object.fromEntries(new Intl.DateTimeFormat('en-GB', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit', weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).formatToParts(at).map(({ type, value }) => [type, value]))
    return { date: `${parts.year}-${parts.month}-${parts.day}`, day: parts.weekday!.toLowerCase() as Day, minute: Number(parts.hour) * 60 + Number(parts.minute) }
  } catch {
    return null
  }
}
