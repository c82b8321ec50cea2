import { MessageCircleQuestion, Plus } from '@lucide/vue'
import { defineFeature } from '@/lib/feature'

export default defineFeature({
  id: 'faq',
  title: { ru: 'Вопросы и ответы', en: 'FAQ' },
  nav: { group: 'knowledge', icon: MessageCircleQuestion, order: 20, shortcut: 'KeyF' },
  right: { module: 'faq' },
  routes: [{ path: '/faq', name: 'faq', component: () => import('./FaqView.vue') }],
  locales: { ru: () => import('./locales/ru.json'), en: () => import('./locales/en.json') },
  palette: {
    actions: [{ id: 'faq-new', title: { ru: 'Новый вопрос с ответом', en: 'New FAQ entry' }, icon: Plus, right: { module: 'faq', action: 'edit' }, to: '/faq?new=1' }],
    search: () => import('./search'),
  },
  live: { faq: ['faq'] },
})
