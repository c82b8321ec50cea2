import { Bot, Plus } from '@lucide/vue'
import { withAiTexts } from '@/ai/texts'
import { defineFeature } from '@/lib/feature'

export default defineFeature({
  id: 'assistants',
  title: { ru: 'Ассистенты', en: 'Assistants' },
  nav: { group: 'knowledge', icon: Bot, order: 30, shortcut: 'KeyA' },
  right: { module: 'assistants' },
  routes: [
    { path: '/assistants', name: 'assistants', component: () => import('./AssistantsView.vue') },
    { path: '/assistants/:id', name: 'assistant', component: () => import('./AssistantView.vue') },
  ],
  locales: { ru: () => withAiTexts('ru', () => import('./locales/ru.json')), en: () => withAiTexts('en', () => import('./locales/en.json')) },
  palette: {
    actions: [{ id: 'new-assistant', title: { ru: 'Новый ассистент', en: 'New assistant' }, icon: Plus, right: { module: 'assistants', action: 'edit' }, to: '/assistants/new' }],
    search: () => import('./search'),
  },
  live: { assistant: ['assistants'], llm_backend: ['assistants'], llm_preset: ['llm'], knowledge_collection: ['knowledge'], usage_limit: ['usage'] },
})
