import { ScrollText } from '@lucide/vue'
import { defineFeature } from '@/lib/feature'

export default defineFeature({
  id: 'audit',
  title: { ru: 'Аудит', en: 'Audit' },
  nav: { group: 'system', icon: ScrollText, order: 70, shortcut: 'KeyJ' },
  right: { module: 'audit' },
  routes: [{ path: '/audit', name: 'audit', component: () => import('./AuditView.vue') }],
  locales: { ru: () => import('./locales/ru.json'), en: () => import('./locales/en.json') },
})
