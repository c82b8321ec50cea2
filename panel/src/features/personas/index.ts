import { Drama, Plus } from '@lucide/vue'
import { withAiTexts } from '@/ai/texts'
import { defineFeature } from '@/lib/feature'

export default defineFeature({
  id: 'personas',
  title: { ru: 'Персоны', en: 'Personas' },
  nav: { group: 'knowledge', icon: Drama, order: 40 },
  right: { module: 'presets' },
  routes: [
    { path: '/personas', name: 'personas', component: () => import('./PersonasView.vue') },
    { path: '/personas/:id', name: 'persona', component: () => import('./PersonaView.vue') },
  ],
  locales: { ru: () => withAiTexts('ru', () => import('./locales/ru.json')), en: () => withAiTexts('en', () => import('./locales/en.json')) },
  palette: {
    actions: [{ id: 'new-persona', title: { ru: 'Новая персона', en: 'New persona' }, icon: Plus, right: { module: 'presets', action: 'edit' }, to: '/personas/new' }],
    search: () => import('./search'),
  },
  live: { llm_preset: ['llm'], assistant: ['llm'], regression: ['knowledge'] },
})
