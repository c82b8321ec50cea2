import { onlineManager } from '@tanstack/vue-query'
import { watch } from 'vue'
import { router } from '@/app/router'
import { useSession } from '@/app/session'
import { language } from '@/app/i18n'
import { restore, startKeeping } from './kept'
import { renew } from './push'

/** What the installed panel does beside showing: it keeps data, stays known to the push service, follows notifications. */
export function startPwa(): void {
  startKeeping()
  onlineManager.subscribe((isOnline) => !isOnline && void restore())
  const session = useSession()
  watch(() => session.me?.id, (id) => id && void renew(id, language()), { immediate: true })
  if (!('serviceWorker' in navigator)) return
  navigator.serviceWorker.addEventListener('message', ({ data }: MessageEvent<{ type?: string; to?: string }>) => {
    if (data?.type === 'open' && typeof data.to === 'string' && /^\/(?!\/)/.test(data.to)) void router.push(data.to)
  })
}
