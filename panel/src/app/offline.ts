import { onlineManager } from '@tanstack/vue-query'
import { readonly, ref } from 'vue'
import { queries } from './query'

const isOffline = ref(false)
const since = ref<Date | null>(null)

/** Is there no network, and of when is what is shown? */
export const offline = { isOffline: readonly(isOffline), since: readonly(since) }

/** The query library believes to be online until it hears otherwise; a panel may be opened without a network. */
export function noticeOffline(): void {
  onlineManager.setOnline(navigator.onLine)
  isOffline.value = !onlineManager.isOnline()
  onlineManager.subscribe((isOnline) => {
    isOffline.value = !isOnline
  })
  queries.getQueryCache().subscribe((event) => {
    if (event.type === 'updated' && event.action.type === 'success') shownOf(new Date(event.query.state.dataUpdatedAt))
  })
}

/** What is shown is of this time, or later. */
export function shownOf(at: Date): void {
  if (!since.value || at > since.value) since.value = at
}
