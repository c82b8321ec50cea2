import { useI18n } from 'vue-i18n'
import type { Instance } from './channel'

export type Shown = 'off' | 'lacking' | 'running' | 'starting' | 'failed' | 'stopped'
type Kind = 'plain' | 'accent' | 'ok' | 'warn' | 'danger'
const KINDS: Record<Shown, Kind> = { off: 'plain', lacking: 'warn', running: 'ok', starting: 'accent', failed: 'danger', stopped: 'plain' }

/** How an instance is doing, in one word. */
export function stateOf(row: Pick<Instance, 'enabled' | 'has_token' | 'status'>): Shown {
  if (row.enabled === false) return 'off'
  if (row.status === 'stopped' && !row.has_token) return 'lacking'
  return row.status
}

export function kindOf(state: Shown): Kind {
  return KINDS[state]
}

/** What went wrong, and what to do about it, for a code of the backend's; the code itself where it is a new one. */
export function useFaults() {
  const { t, te } = useI18n()
  return (kind: string, code: string): string => {
    const own = `channels.fault.${kind}.${code}`
    const shared = `channels.fault.any.${code}`
    return te(own) ? t(own) : te(shared) ? t(shared) : t('channels.fault.unknown', { code })
  }
}
