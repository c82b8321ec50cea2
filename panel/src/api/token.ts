/** The access token: in memory only, shared between tabs, renewed once for all of them. */
const REFRESH = '/admin/auth/refresh'
const EARLY_MS = 20_000

type Heard = (word: 'token' | 'ended') => void

let current = ''
let until = 0
let renewing: Promise<boolean> | null = null
let heard: Heard = () => undefined
const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('secretary.session')

channel?.addEventListener('message', ({ data }: MessageEvent<{ token?: string; until?: number; ended?: true }>) => {
  if (data.ended) return forget()
  if (!data.token) return
  current = data.token
  until = data.until ?? 0
  heard('token')
})

export function onToken(listener: Heard): void {
  heard = listener
}

export function token(): string {
  return current
}

export function isOver(): boolean {
  return Boolean(current) && Date.now() > until - EARLY_MS
}

export function keep(bearer: string, expiresInS: number): void {
  current = bearer
  until = Date.now() + expiresInS * 1000
  channel?.postMessage({ token: current, until })
}

/** The session is over, here; `drop` says so to the other tabs as well. */
export function forget(): void {
  const had = Boolean(current)
  current = ''
  until = 0
  if (had) heard('ended')
}

export function drop(): void {
  current = ''
  until = 0
  channel?.postMessage({ ended: true })
}

/** Renews the token unless another tab has by now; false when the session is over. Network trouble throws. */
export function refreshed(stale: string): Promise<boolean> {
  renewing ??= inTurn(() => renew(stale)).finally(() => (renewing = null))
  return renewing
}

async function renew(stale: string): Promise<boolean> {
  if (current && current !== stale) return true
  const response = await fetch(REFRESH, { method: 'POST' })
  if (response.ok) {
    const body = (await response.json()) as { access_token: string; expires_in: number }
    keep(body.access_token, body.expires_in)
    return true
  }
  if (response.status === 401 || response.status === 403) {
    forget()
    return false
  }
  throw new TypeError('refresh failed')
}

function inTurn<T>(work: () => Promise<T>): Promise<T> {
  return 'locks' in navigator ? (navigator.locks.request('secretary.refresh', work) as Promise<T>) : work()
}
