import { useSession } from '@/app/session'
import type { Module } from '@/lib/feature'

/** May whoever looks change a row of this owner? What belongs to nobody is the installation's. */
export function useReach(module: Module): (ownerId: string | null) => boolean {
  const session = useSession()
  return (ownerId) => {
    const edit = session.me?.rights[module]?.edit
    return edit === 'all' || (edit === 'own' && ownerId !== null && ownerId === session.me?.id)
  }
}
