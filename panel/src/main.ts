import { VueQueryPlugin } from '@tanstack/vue-query'
import { createPinia } from 'pinia'
import persisted from 'pinia-plugin-persistedstate'
import { createApp } from 'vue'
import App from './app/App.vue'
import { i18n, setLanguage } from './app/i18n'
import { startKeyboard } from './app/keyboard'
import { startLive } from './app/live'
import { usePreferences } from './app/preferences'
import { noticeOffline } from './app/offline'
import { queries } from './app/query'
import { router } from './app/router'
import { useSession } from './app/session'
import { token } from './api/token'
import './styles.css'

/** Not awaited at the top: views import from this very file's chunk, and would wait for it while it waits for them. */
async function start(): Promise<void> {
  const app = createApp(App)
  app.use(createPinia().use(persisted))
  if (__DEMO__) await (await import('./demo')).startDemo()
  const [isSignedIn] = await Promise.all([useSession().resume(), setLanguage(usePreferences().language)])
  if (!isSignedIn) queries.clear()
  noticeOffline()
  const isCutOff = isSignedIn && !token()
  if (isCutOff) await import('./pwa/kept').then((kept) => kept.restore())
  app.use(i18n).use(router).use(VueQueryPlugin, { queryClient: queries, enableDevtoolsV6Plugin: false })
  startKeyboard()
  startLive()
  await router.isReady().catch(() => undefined)
  app.mount('#app')
  if (!__DEMO__) void import('./pwa/start').then((pwa) => pwa.startPwa())
}

void start()
