import { FlaskConical } from '@lucide/vue'
import { withChatTexts } from '@/chat/texts'
import { defineFeature } from '@/lib/feature'

export default defineFeature({
  id: 'playground',
  title: { ru: 'Песочница', en: 'Playground' },
  nav: { group: 'system', icon: FlaskConical, order: 10, shortcut: 'KeyP' },
  right: { module: 'chat' },
  routes: [{ path: '/playground/:id?', name: 'playground', component: () => import('./PlaygroundView.vue') }],
  locales: { ru: () => withChatTexts('ru', () => import('./locales/ru.json')), en: () => withChatTexts('en', () => import('./locales/en.json')) },
  palette: { actions: [{ id: 'new-chat', title: { ru: 'Спросить секретаря', en: 'Ask the secretary' }, icon: FlaskConical, right: { module: 'chat', action: 'edit' }, to: '/playground?new=1' }] },
})
