import { deferred } from '@/app/undo'
import { removeSessions } from './lists'
import { hide, unhide } from './useSessionRows'

/** Takes conversations out of sight at once, and deletes them when the time to undo is over; `after` brings other lists up to
 * date before they could show them again. */
export function deleteChats(ids: string[], text: string, after?: () => Promise<unknown>): void {
  hide(ids)
  deferred(text, async () => {
    await removeSessions(ids)
    await after?.()
    unhide(ids)
  }, () => unhide(ids))
}
