import { recorded, rowsOf, store } from './data'
import { copy, del, freshId, get, given, now, pause, post, put, Refusal, type Route, type Row } from './http'
import { tell } from './live'
import { rowOf, routesOf } from './tables'

const LINKS = '/admin/owner-links'
const STARTS_MS = 900
const SECRETS: Record<string, string[]> = { telegram: ['bot_token'], whatsapp: ['access_token', 'verify_token', 'app_secret'] }
const KINDS = Object.keys(SECRETS)
const at = (kind: string): string => `/admin/${kind}/instances`

function first(kind: string): Row {
  const row = rowsOf(at(kind), 'instances')[0]
  if (!row) throw new Refusal(404, 'no_such_instance', { ru: 'Такого канала нет.', en: 'There is no such channel.' })
  return row
}
function instance(kind: string, id: string): Row {
  return rowOf({ at: at(kind), rows: 'instances' }, id)
}
/** A secret is kept, and never shown again. */
function taken(kind: string, body: Row, row: Row): Row {
  const secrets = Object.fromEntries(SECRETS[kind]!.filter((name) => body[name]).map((name) => [name, '***']))
  const like = rowsOf(at(kind), 'instances')[0] ?? {}
  const blank = 'status' in row ? {} : { ...copy(like), ...Object.fromEntries(SECRETS[kind]!.map((name) => [name, ''])), status: 'stopped', running: false, auto_start: false, error: '', since: null, pid: null, has_token: false, bot_id: '', bot_name: '', bot_link: '', name: '', description: '' }
  const made: Row = { ...blank, ...row, ...given({ ...body, ...Object.fromEntries(SECRETS[kind]!.map((name) => [name, undefined])) }), ...secrets }
  return { ...made, has_token: Boolean(made[SECRETS[kind]![0]!]) }
}
/** It starts in a moment, as a real one would: what it waits for is not there, so it only seems to listen. */
function switched(kind: string, row: Row, isOn: boolean): unknown {
  Object.assign(row, { auto_start: isOn, status: isOn ? 'starting' : 'stopped', running: false, error: '', since: now() })
  tell(`${kind}_instance`, 'update', String(row.id))
  if (isOn) void pause(STARTS_MS).then(() => {
    if (row.status !== 'starting') return
    Object.assign(row, { status: 'running', running: true, since: now(), bot_name: row.bot_name || row.name })
    tell(`${kind}_instance`, 'update', String(row.id))
  })
  return { status: row.status, pid: null }
}
function statusOf(kind: string, row: Row): unknown {
  const threads = rowsOf('/admin/inbox', 'sessions').filter((each) => each.source === kind && each.source_id === row.id).length
  const { id, name, enabled, running, status, error, since, pid, has_token } = row
  const allowed = (row.allowed_users ?? row.allowed_phones ?? []) as unknown[]
  return { status: { id, name, enabled, running, status, error, since, pid, has_token, active_sessions: threads, allowed_users_count: allowed.length, admin_users_count: ((row.admin_users ?? []) as unknown[]).length } }
}
function threadsOf(id: unknown): { sessions: Row[]; total: number } {
  const kept = recorded(`/admin/telegram/instances/${String(id)}/sessions`)
  const sessions = (kept.sessions ??= []) as Row[]
  return { sessions, total: sessions.length }
}
const done = (message = 'ok'): unknown => ({ status: 'ok', message })

function ofKind(kind: string): Route[] {
  const one = `${at(kind)}/:id`
  return [
    get(`/admin/${kind}/abilities`, () => recorded(`/admin/${kind}/abilities`)),
    get(`${one}/status`, ({ params }) => statusOf(kind, instance(kind, params[0]!))),
    get(`${one}/logs`, ({ params }) => ({ logs: '', entries: [], ...recorded(`${at(kind)}/${instance(kind, params[0]!).id}/logs`) })),
    ...['start', 'restart', 'stop'].map((name) => post(`${one}/${name}`, ({ params }) => switched(kind, instance(kind, params[0]!), name !== 'stop'))),
    ...routesOf({ at: at(kind), rows: 'instances', one: 'instance', resource: `${kind}_instance`, take: (body, row) => taken(kind, body, row), gone: () => done() }),
  ]
}

/** The oldest bot by itself, and whom its owner is told by. */
const telegram: Route[] = [
  get('/admin/telegram/config', () => recorded('/admin/telegram/config')),
  post('/admin/telegram/config', ({ body }) => {
    Object.assign(first('telegram'), taken('telegram', body, first('telegram')))
    const config = (recorded('/admin/telegram/config').config ?? {}) as Row
    return { status: 'ok', config: Object.assign(config, Object.fromEntries(Object.entries(given(body)).filter(([name]) => name in config && name !== 'bot_token'))) }
  }),
  get('/admin/telegram/status', () => statusOf('telegram', first('telegram'))),
  ...['start', 'restart', 'stop'].map((name) => post(`/admin/telegram/${name}`, () => switched('telegram', first('telegram'), name !== 'stop'))),
  get('/admin/telegram/sessions', () => threadsOf(first('telegram').id)),
  del('/admin/telegram/sessions', () => done()),
  get('/admin/telegram/instances/:id/sessions', ({ params }) => threadsOf(params[0])),
  post('/admin/telegram/instances/:id/sessions', () => done()),
  del('/admin/telegram/instances/:id/sessions', ({ params }) => {
    threadsOf(params[0]).sessions.length = 0
    return done()
  }),
]

const links: Route[] = [
  get(LINKS, () => ({ links: rowsOf(LINKS, 'links'), total: rowsOf(LINKS, 'links').length })),
  post(LINKS, ({ body }) => {
    const kind = KINDS.find((each) => rowsOf(at(each), 'instances').some((row) => row.id === body.instance_id)) ?? 'telegram'
    const { id, name } = instance(kind, String(body.instance_id))
    const word = freshId().slice(0, 8)
    void pause(6 * STARTS_MS).then(() => {
      rowsOf(LINKS, 'links').push({ id: freshId(), instance: { id, kind, name }, name: store.me.display_name || store.me.username, language: 'ru', morning: true, evening: true, created: now() })
      tell('operator_link', 'create')
    })
    return { text: `/start link_${word}`, url: kind === 'telegram' ? `https://t.me/demo_bot?start=link_${word}` : '', expires: new Date(Date.now() + 600_000).toISOString() }
  }),
  put(`${LINKS}/:id`, ({ params, body }) => {
    const link = Object.assign(rowOf({ at: LINKS, rows: 'links' }, params[0]!), given(body))
    tell('operator_link', 'update', params[0])
    return { link }
  }),
  del(`${LINKS}/:id`, ({ params }) => {
    const all = rowsOf(LINKS, 'links')
    all.splice(all.indexOf(rowOf({ at: LINKS, rows: 'links' }, params[0]!)), 1)
    tell('operator_link', 'delete', params[0])
    return { status: 'ok' }
  }),
]

export const messengers: Route[] = [...telegram, ...KINDS.flatMap(ofKind), ...links]
