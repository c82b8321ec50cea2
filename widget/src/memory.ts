/** Owns what the browser remembers: the visitor's session for 30 days, the open window until the tab closes. */
import type { Pass } from './api'

const KEPT_MS = 30 * 24 * 3600 * 1000
const PROBE = 'ai-secretary'

export interface Remembered extends Pass {
  /** A person holds the conversation, so answers may come without being asked for. */
  isWithPerson?: boolean
}

export interface Memory {
  session(): Remembered | undefined
  keep(session: Remembered): void
  forget(): void
  isOpen: boolean
}

/** Storage that keeps working, until the page is left, where the browser forbids it. */
function storage(open: () => Storage): Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> {
  try {
    const real = open()
    real.setItem(PROBE, PROBE)
    real.removeItem(PROBE)
    return real
  } catch {
    const spare = new Map<string, string>()
    return {
      getItem: (key) => spare.get(key) ?? null,
      setItem: (key, value) => void spare.set(key, value),
      removeItem: (key) => void spare.delete(key),
    }
  }
}

function parse(text: string | null): (Remembered & { until: number }) | undefined {
  try {
    const kept = JSON.parse(text ?? 'null') as (Remembered & { until: number }) | null
    return kept && typeof kept.id === 'string' && kept.until > Date.now() ? kept : undefined
  } catch {
    return undefined
  }
}

export function browserMemory(origin: string, instance: string): Memory {
  const key = `${PROBE}:${origin}:${instance}`
  const lasting = storage(() => localStorage)
  const passing = storage(() => sessionStorage)
  return {
    session: () => parse(lasting.getItem(key)),
    keep: ({ id, token, isWithPerson = false }) =>
      lasting.setItem(key, JSON.stringify({ id, token, isWithPerson, until: Date.now() + KEPT_MS })),
    forget: () => lasting.removeItem(key),
    get isOpen() {
      return passing.getItem(key) === 'open'
    },
    set isOpen(value) {
      if (value) passing.setItem(key, 'open')
      else passing.removeItem(key)
    },
  }
}
