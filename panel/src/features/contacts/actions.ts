import { reactive } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { contactsBlockContact, contactsDeleteContact, contactsMergeContact, contactsUnblockContact, contactsUnmergeContact } from '@/api'
import { said } from '@/app/query'
import { useSession } from '@/app/session'
import { useToasts } from '@/app/toasts'
import { deferred } from '@/app/undo'
import { nameOf, refresh } from './contacts'

interface Row {
  id: string
  name: string
}
/** Deleted on the screen; the backend is told when nobody takes it back. */
export const going = reactive(new Set<string>())
const at = (contact_id: string) => ({ path: { contact_id }, throwOnError: true }) as const

/** May this contact be changed? Who edits his own only reads those of the house. */
export function useMayEdit(): (row: { owner_id: string | null }) => boolean {
  const session = useSession()
  return ({ owner_id }) => {
    const reach = session.me?.rights.requests?.edit
    return reach === 'all' || (reach === 'own' && owner_id === session.me?.id)
  }
}

/** What can be done to a contact, each with a way back. */
export function useContactActions() {
  const { t } = useI18n()
  const router = useRouter()
  const toasts = useToasts()
  const title = (row: Row): string => (nameOf(row) || t('contacts.nameless')).slice(0, 60)

  async function tried(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work()
      return true
    } catch (error) {
      toasts.say(said(error), { kind: 'error' })
      return false
    } finally {
      await refresh()
    }
  }
  async function block(row: Row, isBlocked: boolean, isUndone = false): Promise<void> {
    const isDone = await tried(() => (isBlocked ? contactsBlockContact : contactsUnblockContact)(at(row.id)))
    if (!isDone || isUndone) return
    toasts.say(t(isBlocked ? 'contacts.wasBlocked' : 'contacts.wasUnblocked', { name: title(row) }), { action: { label: t('action.undo'), run: () => void block(row, !isBlocked, true) } })
  }
  async function part(row: Row, from: Row, isUndone = false): Promise<boolean> {
    const isDone = await tried(() => contactsUnmergeContact(at(row.id)))
    if (isDone && !isUndone) toasts.say(t('contacts.wasParted', { name: title(row) }), { action: { label: t('action.undo'), run: () => void merge(row, from, true) } })
    return isDone
  }
  async function merge(row: Row, into: Row, isUndone = false): Promise<boolean> {
    const isDone = await tried(() => contactsMergeContact({ ...at(row.id), body: { into: into.id } }))
    if (isDone && !isUndone) toasts.say(t('contacts.wasMerged', { name: title(row) }), { action: { label: t('action.undo'), run: () => void part(row, into, true) } })
    return isDone
  }
  function remove(row: Row): void {
    going.add(row.id)
    void router.push('/contacts')
    const commit = async (): Promise<void> => {
      await contactsDeleteContact(at(row.id))
      await refresh()
      going.delete(row.id)
    }
    deferred(t('contacts.deleted', { name: title(row) }), commit, () => going.delete(row.id))
  }
  return { block, merge, part, remove, tried }
}
