import type { InboxRow } from '@/api/generated'
import type { MeOut } from '@/api/generated'
import { glance, oneLine } from '@/chat/titles'

export type Standing = 'secretary' | 'waiting' | 'mine' | 'other' | 'nobody' | 'closed'
export type Kind = 'plain' | 'accent' | 'ok' | 'warn'

/** Who has a conversation, as one colleague sees it. */
export function standingOf(row: Pick<InboxRow, 'state' | 'assignee' | 'held_until'>, meId: string, now: number): Standing {
  const isHeld = Boolean(row.held_until) && Date.parse(row.held_until!) > now
  if (row.state === 'closed') return 'closed'
  if (row.state === 'secretary' || !isHeld) return 'secretary'
  if (row.state === 'waiting') return 'waiting'
  if (!row.assignee) return 'nobody'
  return row.assignee.id === meId ? 'mine' : 'other'
}

export const LOOK: Record<Standing, Kind> = { secretary: 'plain', waiting: 'warn', mine: 'accent', other: 'ok', nobody: 'ok', closed: 'plain' }

/** Must everything automatic be silent? */
export function isHeld(standing: Standing): boolean {
  return ['waiting', 'mine', 'other', 'nobody'].includes(standing)
}

/** What a conversation is called: its customer, else what it is about. */
export function nameOf(row: Pick<InboxRow, 'contact' | 'title' | 'last_message'>): string {
  return oneLine(row.contact?.name ?? '') || oneLine(row.title) || glance(row.last_message)
}

/** May this colleague steer the conversation and write to its customer? Those of nobody take the right to all. */
export function mayHandle(me: MeOut | null, ownerId: string | null | undefined): boolean {
  const reach = me?.rights.requests?.edit
  return reach === 'all' || (reach === 'own' && ownerId === me?.id)
}

/** How long, in the largest unit that says enough: `4 мин`, `2 ч`, `3 дн.` */
export function spanOf(since: string, now: number): { unit: 'minute' | 'hour' | 'day'; count: number } {
  const minutes = Math.max(0, Math.floor((now - Date.parse(since)) / 60_000))
  if (minutes < 60) return { unit: 'minute', count: minutes }
  if (minutes < 48 * 60) return { unit: 'hour', count: Math.floor(minutes / 60) }
  return { unit: 'day', count: Math.floor(minutes / 1440) }
}
