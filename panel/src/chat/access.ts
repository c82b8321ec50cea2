import type { MeOut } from '@/api/generated'
import type { Session } from './types'

/** May this user write into a conversation, or only read it? Those of customers belong to nobody. */
export function mayWrite(me: MeOut | null, session: Session | undefined): boolean {
  const reach = me?.rights.chat?.edit
  return Boolean(session) && (reach === 'all' || (reach === 'own' && session!.owner_id === me!.id))
}

/** Chats that somebody of the house began himself, to try the secretary out. */
export function isOwnChat(session: Session | undefined): boolean {
  return session?.source === 'admin' || session?.source === 'api'
}
