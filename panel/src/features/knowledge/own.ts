import { useSession } from '@/app/session'

/** May this row be changed? Whoever may change all may; others only what is theirs. */
export function useOwn() {
  const session = useSession()
  return function isOwn(row: { owner_id?: string | null } | undefined): boolean {
    const scope = session.me?.rights.knowledge?.edit
    return scope === 'all' || (Boolean(scope) && Boolean(row?.owner_id) && row!.owner_id === session.me?.id)
  }
}
