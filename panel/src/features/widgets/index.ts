import { MessageSquareCode, Plus } from '@lucide/vue'
import { withChannelTexts } from '@/channels/texts'
import { defineFeature } from '@/lib/feature'

export default defineFeature({
  id: 'widgets',
  title: { ru: 'Виджеты', en: 'Widgets' },
  nav: { group: 'channels', icon: MessageSquareCode, order: 10, shortcut: 'KeyW' },
  right: { module: 'widget' },
  routes: [
    { path: '/widgets', name: 'widgets', component: () => import('./WidgetsView.vue') },
    { path: '/widgets/:id', name: 'widget', component: () => import('./WidgetView.vue') },
  ],
  locales: { ru: () => withChannelTexts('ru', () => import('./locales/ru.json')), en: () => withChannelTexts('en', () => import('./locales/en.json')) },
  palette: {
    actions: [{ id: 'new-widget', title: { ru: 'Новый виджет', en: 'New widget' }, icon: Plus, right: { module: 'widget', action: 'edit' }, to: '/widgets?new=1' }],
    search: () => import('./search'),
  },
  live: { widget_instance: ['widget'], conversation: ['chat'] },
})
