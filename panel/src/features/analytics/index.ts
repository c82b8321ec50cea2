import { ChartColumn, Gauge } from '@lucide/vue'
import { defineFeature } from '@/lib/feature'

export default defineFeature({
  id: 'analytics',
  title: { ru: 'Аналитика', en: 'Analytics' },
  nav: { group: 'sales', icon: ChartColumn, order: 20, shortcut: 'KeyU' },
  right: { module: 'usage' },
  routes: [
    {
      path: '/analytics',
      component: () => import('./AnalyticsView.vue'),
      redirect: '/analytics/usage',
      children: [
        { path: 'usage', name: 'analytics-usage', component: () => import('./UsagePart.vue') },
        { path: 'calls', name: 'analytics-calls', component: () => import('./CallsPart.vue') },
        { path: 'limits', name: 'analytics-limits', component: () => import('./LimitsPart.vue') },
      ],
    },
  ],
  locales: { ru: () => import('./locales/ru.json'), en: () => import('./locales/en.json') },
  palette: {
    actions: [{ id: 'new-limit', title: { ru: 'Новый лимит расхода', en: 'New spending limit' }, icon: Gauge, right: { module: 'usage', action: 'manage' }, to: '/analytics/limits?new=1' }],
  },
  live: { usage_limit: ['usage'], usage_log: ['usage'], message: ['usage'] },
})
