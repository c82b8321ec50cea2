import { deferred } from '@/app/undo'
import { removeSessions } from './lists'
import { hide, unhide } from './useSessionRows'

/** Takes conversations out of sight at once, and deletes them when the time to undo is over. */
export function deleteChats(ids: string[], text: string): void {
  hide(ids)
  deferred(text, async () => {
    await removeSessions(ids)
    unhide(ids)
  }, () => unhide(ids))
}
