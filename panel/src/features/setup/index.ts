import { Rocket } from '@lucide/vue'
import { defineFeature } from '@/lib/feature'
import { isNeeded } from './needed'

export default defineFeature({
  id: 'setup',
  title: { ru: 'Первые шаги', en: 'First steps' },
  nav: { group: 'work', icon: Rocket, order: 5, isShown: isNeeded },
  right: { module: 'settings', action: 'edit' },
  routes: [{ path: '/setup', name: 'setup', component: () => import('./SetupView.vue') }],
  locales: { ru: () => import('./locales/ru.json'), en: () => import('./locales/en.json') },
  palette: { actions: [{ id: 'setup', title: { ru: 'Первые шаги: настроить секретаря', en: 'First steps: set up the secretary' }, icon: Rocket, right: { module: 'settings', action: 'edit' }, to: '/setup' }] },
  live: { setup: ['setup'], user: ['setup'], assistant: ['setup', 'assistants'], llm_provider: ['setup', 'llm'], document: ['setup', 'knowledge'], widget_instance: ['setup', 'widget'], conversation: ['setup'] },
})
