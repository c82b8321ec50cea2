import { recorded, rowsOf, store } from './data'
import { copy, del, freshId, get, post, put, Refusal, without, type Route, type Row } from './http'
import { tell } from './live'
import { routesOf } from './tables'

const TOKEN = { access_token: 'demo', token_type: 'bearer', expires_in: 1_000_000 }
const CODES = ['k7fd-29qm', 'x3ra-8wtn', 'p5hc-61zb', 'm9ve-47js']
const PROFILE = '/admin/auth/profile'

const users = routesOf({
  at: '/admin/users',
  rows: 'users',
  one: '',
  resource: 'user',
  search: ['username', 'display_name'],
  blank: { role: 'user', display_name: '', is_active: true, second_factor: false, last_login: null },
  take: (body, row) => ({ ...without(row, 'owner_id'), ...without(body, 'password') }),
  saved: (user, isNew) => (isNew ? { user, password: 'Demo-Password-1' } : user),
})

const keys = routesOf({
  at: '/admin/api-keys',
  rows: 'api_keys',
  one: '',
  resource: 'api_key',
  blank: { expires: null, last_used: null, revoked_at: null },
  take: ({ name, scopes, expires }, row) => ({ ...without(row, 'updated'), name, scopes, expires: expires ?? null, prefix: 'sk_demo' }),
  saved: (row) => ({ ...row, key: `sk_demo_${freshId()}` }),
  without: ['read', 'change'],
})

function endSession(id: string): void {
  const sessions = rowsOf('/admin/auth/sessions', 'sessions')
  const kept = sessions.filter((each) => each.id !== id)
  Object.assign(recorded('/admin/auth/sessions'), { sessions: kept, total: kept.length })
}

function profile(): Row {
  const { id, username, role, display_name } = store.me
  return { ...recorded(PROFILE), id, username, role, display_name }
}

export const people: Route[] = [
  post('/admin/auth/login', () => TOKEN),
  post('/admin/auth/second-factor', () => TOKEN),
  post('/admin/auth/refresh', () => TOKEN),
  post('/admin/auth/logout', () => undefined),
  post('/admin/auth/ticket', () => ({ ticket: 'demo', expires_in: 60 })),
  post('/admin/auth/change-password', () => ({ ...TOKEN, message: 'ok' })),
  get('/admin/auth/me', () => copy(store.me)),
  get('/admin/auth/status', () => recorded('/admin/auth/status')),
  get(PROFILE, profile),
  put(PROFILE, ({ body }) => {
    store.me = { ...store.me, display_name: String(body.display_name) }
    tell('user', 'update', store.me.id)
    return profile()
  }),
  get('/admin/auth/sessions', () => recorded('/admin/auth/sessions')),
  post('/admin/auth/sessions/end-others', () => {
    const others = rowsOf('/admin/auth/sessions', 'sessions').filter((each) => !each.is_current)
    for (const each of others) endSession(String(each.id))
    return { ended: others.length }
  }),
  del('/admin/auth/sessions/:id', ({ params }) => endSession(params[0]!)),
  post('/admin/auth/second-factor/setup', () => ({ secret: 'JBSWY3DPEHPK3PXP', uri: 'otpauth://totp/Secretary:demo?secret=JBSWY3DPEHPK3PXP&issuer=Secretary' })),
  post('/admin/auth/second-factor/confirm', ({ body }) => {
    if (!/^\d{6}$/.test(String(body.code))) throw new Refusal(400, 'bad_code', { ru: 'Нужны шесть цифр из приложения.', en: 'Six digits from the application are needed.' })
    recorded(PROFILE).second_factor = { enabled: true, recovery_codes_left: CODES.length }
    return { recovery_codes: CODES }
  }),
  post('/admin/auth/second-factor/disable', () => void (recorded(PROFILE).second_factor = { enabled: false, recovery_codes_left: 0 })),
  post('/admin/auth/second-factor/recovery-codes', () => ({ recovery_codes: CODES })),
  post('/admin/users/:id/password', ({ params, body }) => ({ user: rowsOf('/admin/users', 'users').find((each) => each.id === params[0]), password: (body.password as string) ?? 'Demo-Password-2' })),
  del('/admin/users/:id/second-factor', () => undefined),
  ...users,
  ...keys,
  get('/admin/push/key', () => {
    throw new Refusal(501, 'not_in_demo', { ru: 'В демонстрации уведомления не приходят: за ней нет сервера.', en: 'Notifications do not come in the demo: there is no server behind it.' })
  }),
  get('/admin/push/devices', () => ({ devices: [], total: 0 })),
  post('/admin/push/test', () => ({ status: 'ok', devices: 0 })),
]
