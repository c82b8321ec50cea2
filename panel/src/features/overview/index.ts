import { LayoutDashboard } from '@lucide/vue'
import { defineFeature } from '@/lib/feature'

export default defineFeature({
  id: 'overview',
  title: { ru: 'Обзор', en: 'Overview' },
  nav: { group: 'work', icon: LayoutDashboard, order: 20, shortcut: 'KeyO', isOnPhone: true },
  right: { module: 'dashboard' },
  routes: [{ path: '/overview', name: 'overview', component: () => import('./OverviewView.vue') }],
  locales: { ru: () => import('./locales/ru.json'), en: () => import('./locales/en.json') },
  live: { conversation: ['overview'], message: ['overview'], request: ['assistants', 'overview'] },
})
