import { NotebookPen } from '@lucide/vue'
import { defineFeature } from '@/lib/feature'

export default defineFeature({
  id: 'requests',
  title: { ru: 'Заявки', en: 'Requests' },
  nav: { group: 'work', icon: NotebookPen, order: 15, shortcut: 'KeyR', isOnPhone: true },
  right: { module: 'requests' },
  routes: [{ path: '/requests', name: 'requests', component: () => import('./RequestsView.vue') }],
  locales: { ru: () => import('./locales/ru.json'), en: () => import('./locales/en.json') },
  live: { request: ['assistants'] },
})
