import type { Numbers, Part } from '@/api/generated'
import { recorded, rowsOf, store } from './data'
import { copy, del, file, freshId, get, given, now, post, put, type Ask, type Route, type Row } from './http'
import { events, tell } from './live'
import { page, rowOf, routesOf } from './tables'

const LIMITS = '/admin/usage/limits'
const WIDGETS = '/admin/widget/instances'
const COUNTED = ['conversations', 'messages', 'questions', 'answers', 'unanswered', 'interrupted', 'cancelled', 'failed'] as const
const PARAMS = { temperature: null, max_tokens: null, top_p: null, repetition_penalty: null }
const APPEARANCE = {
  title: '', greeting: '', placeholder: '', placeholder_color: '', placeholder_font: '', primary_color: '#c2410c', button_icon: 'chat', position: 'right', language: 'auto', suggestions: [],
  allowed_domains: [], tunnel_url: '', llm_backend: 'auto', llm_persona: 'anna', system_prompt: null, llm_params: PARAMS, name: '', description: '', enabled: true, rate_limit_count: null, rate_limit_hours: 24,
}

const BEFORE = 0.86

/** The days asked for, and their sums. What was before the recording is a little less of what it has. */
function overview({ query }: Ask): unknown {
  const kept = recorded('/admin/overview') as unknown as { totals: Numbers; series: Part[] }
  const [from, to] = [query.get('from') ?? '', query.get('to') ?? '9']
  const isElsewhere = !['', 'widget'].includes(query.get('source') ?? '')
  const half = Math.floor(kept.series.length / 2)
  const known = kept.series.map((part, at) => (part.conversations || at >= half ? part : { ...part, ...scaled(kept.series[at + half]!, BEFORE) }))
  const days = known.filter(({ start }) => start.slice(0, 10) >= from.slice(0, 10) && start.slice(0, 10) <= to.slice(0, 10)).map((day) => (isElsewhere ? { ...day, ...scaled(day, 0) } : day))
  const totals: Numbers = { ...kept.totals, ...summed(days) }
  const isHourly = query.get('group') === 'hour'
  return { tz: query.get('tz') ?? 'Europe/Moscow', group: isHourly ? 'hour' : 'day', totals, series: isHourly ? days.flatMap(hours) : days }
}

function scaled(part: Part, share: number): Partial<Part> {
  const counts = Object.fromEntries(COUNTED.map((name) => [name, Math.floor(part[name] * share)]))
  const answered_by = Object.fromEntries(Object.entries(part.answered_by).map(([by, count]) => [by, Math.floor(count * share)]))
  return { ...(counts as Partial<Part>), answered_by }
}

function summed(parts: Part[]): Partial<Numbers> {
  const answered_by: Record<string, number> = {}
  for (const part of parts) for (const [by, count] of Object.entries(part.answered_by)) answered_by[by] = (answered_by[by] ?? 0) + count
  const sums = COUNTED.map((name) => [name, parts.reduce((sum, part) => sum + part[name], 0)])
  return { ...(Object.fromEntries(sums) as Partial<Numbers>), answered_by }
}

/** A day's hours: some of it in each working hour. */
function hours(day: Part): Part[] {
  return Array.from({ length: 24 }, (_, hour) => {
    const share = hour >= 9 && hour < 21 ? (hour % 3) + 1 : 0
    return { ...day, ...scaled(day, share / 24), start: `${day.start.slice(0, 11)}${String(hour).padStart(2, '0')}${day.start.slice(13)}` }
  })
}

function listed(path: string, rows: string, search?: string[]): Route {
  return get(path, ({ query }) => {
    const { found, shown } = page(rowsOf(path, rows), query, search)
    return { ...recorded(path), [rows]: shown, total: found.length, ...('count' in recorded(path) ? { count: shown.length } : {}) }
  })
}

function limit({ body }: Ask): unknown {
  const same = rowsOf(LIMITS, 'limits').find((row) => row.service_type === body.service_type && row.limit_type === body.limit_type && row.measure === (body.measure ?? 'units'))
  const blank = { id: freshId(), measure: 'units', currency: '', assistant_id: null, api_key_id: null, hard_limit: false, warning_threshold: 80, enabled: true, created: now(), used: 0, held: 0 }
  const row: Row = Object.assign(same ?? blank, given(body), { updated: now() })
  row.percent = Math.round((Number(row.used) / Number(row.limit_value)) * 1000) / 10
  if (!same) rowsOf(LIMITS, 'limits').push(row)
  tell('usage_limit', 'update', String(row.id))
  return { limit: row }
}

/** What a new assistant has before what was sent: hours and hand-over as the first one has them. */
function recordedDefaults(): Row {
  const { hours, handover } = rowsOf('/admin/assistants', 'assistants')[0] ?? {}
  const card = { company: '', phone: '', address: '', hours: '', timezone: 'Europe/Moscow' }
  return { name: '', description: '', is_default: false, persona_id: 'anna', system_prompt: null, backends: ['auto'], llm_params: PARAMS, card, collections: null, hours, handover }
}

function csv(rows: Row[]): string {
  const names = Object.keys(rows[0] ?? {})
  const cell = (value: unknown): string => `"${String(typeof value === 'object' ? JSON.stringify(value) : value).replaceAll('"', '""')}"`
  return [names.join(','), ...rows.map((row) => names.map((name) => cell(row[name])).join(','))].join('\n')
}

export const work: Route[] = [
  get('/admin/events', ({ signal }) => events(signal)),
  get('/admin/overview', overview),
  ...['deployment-mode', 'status', 'setup', 'usage/summary', 'usage/stats', 'audit/stats'].map((name) => get(`/admin/${name}`, () => recorded(`/admin/${name}`))),
  put('/admin/setup', ({ body }) => Object.assign(recorded('/admin/setup'), body)),
  listed('/admin/requests', 'requests'),
  put('/admin/requests/:id', ({ params, body }) => {
    const request = Object.assign(rowOf({ at: '/admin/requests', rows: 'requests' }, params[0]!), { status: body.status, updated: now() })
    tell('request', 'update', params[0])
    return { request }
  }),
  listed('/admin/audit/logs', 'logs'),
  get('/admin/audit/export', () => file(csv(rowsOf('/admin/audit/logs', 'logs')), 'audit.csv', 'text/csv')),
  listed('/admin/usage/logs', 'logs'),
  get('/admin/usage/logs/export', () => file(csv(rowsOf('/admin/usage/logs', 'logs')), 'usage.csv', 'text/csv')),
  get('/admin/usage/check/:service', () => recorded('/admin/usage/check/llm')),
  listed(LIMITS, 'limits'),
  post(LIMITS, limit),
  del(`${LIMITS}/:service/:period`, ({ params }) => {
    const rows = rowsOf(LIMITS, 'limits')
    const at = rows.findIndex((row) => row.service_type === params[0] && row.limit_type === params[1])
    if (at >= 0) rows.splice(at, 1)
    tell('usage_limit', 'delete')
    return { status: 'ok' }
  }),
  get('/admin/jobs/dead', () => recorded('/admin/jobs/dead')),
  ...routesOf({ at: '/admin/jobs', rows: 'jobs', one: 'job', resource: 'job', without: ['add', 'change', 'delete'] }),
  ...routesOf({ at: '/admin/schedules', rows: 'schedules', one: 'schedule', resource: 'schedule', key: 'key', without: ['add', 'read', 'delete'] }),
  ...routesOf({
    at: '/admin/assistants', rows: 'assistants', one: 'assistant', resource: 'assistant',
    take: (body, row) => ('name' in row ? { ...row, ...given(body) } : { ...copy(recordedDefaults()), ...row, ...given(body) }),
    gone: (deleted) => ({ status: 'ok', deleted }),
  }),
  get('/admin/widget/config', () => ({ config: rowsOf(WIDGETS, 'instances')[0] })),
  post('/admin/widget/config', ({ body }) => ({ status: 'ok', config: Object.assign(rowsOf(WIDGETS, 'instances')[0]!, body, { updated: now() }) })),
  ...routesOf({
    at: WIDGETS, rows: 'instances', one: 'instance', resource: 'widget_instance', search: ['name', 'title', 'description'],
    take: (body, row) => ({ ...('name' in row ? row : { ...APPEARANCE, assistant_id: rowsOf('/admin/assistants', 'assistants')[0]?.id ?? store.me.id, ...row }), ...body, ...(body.assistant_id ? {} : { assistant_id: row.assistant_id ?? rowsOf('/admin/assistants', 'assistants')[0]?.id }) }),
    gone: () => ({ status: 'ok', message: 'ok' }),
  }),
]
