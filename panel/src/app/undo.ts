import { i18n } from './i18n'
import { said } from './query'
import { useToasts } from './toasts'

const WAIT_MS = 8000
const waiting = new Set<() => void>()

/** Does `commit` when the time to undo is over; until then the view shows it as done. `undo` puts it back.
 * What waits is done at once when the page is left. */
export function deferred(text: string, commit: () => Promise<unknown>, undo: () => void): void {
  const toasts = useToasts()
  const timer = setTimeout(go, WAIT_MS)
  waiting.add(go)
  const id = toasts.say(text, { action: { label: i18n.global.t('action.undo'), run: takeBack } })

  function go(): void {
    if (!waiting.delete(go)) return
    clearTimeout(timer)
    toasts.close(id)
    commit().catch((error: unknown) => {
      undo()
      toasts.say(said(error), { kind: 'error' })
    })
  }
  function takeBack(): void {
    if (!waiting.delete(go)) return
    clearTimeout(timer)
    toasts.close(id)
    undo()
  }
}

addEventListener('pagehide', () => [...waiting].forEach((go) => go()))
