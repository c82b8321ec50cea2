import { Inbox, MessageSquareQuote } from '@lucide/vue'
import { withChatTexts } from '@/chat/texts'
import { defineFeature } from '@/lib/feature'
import { inboxLive } from './live'

export default defineFeature({
  id: 'inbox',
  title: { ru: 'Входящие', en: 'Inbox' },
  nav: { group: 'work', icon: Inbox, order: 10, shortcut: 'KeyI', isOnPhone: true },
  right: { module: 'requests' },
  routes: [{ path: '/inbox/:id?', name: 'inbox', component: () => import('./InboxView.vue') }],
  locales: { ru: () => withChatTexts('ru', () => import('./locales/ru.json')), en: () => withChatTexts('en', () => import('./locales/en.json')) },
  palette: {
    actions: [
      { id: 'inbox-waiting', title: { ru: 'Кто ждёт человека', en: 'Who waits for a person' }, icon: Inbox, to: '/inbox?state=waiting' },
      { id: 'inbox-canned', title: { ru: 'Быстрые ответы', en: 'Canned answers' }, icon: MessageSquareQuote, right: { module: 'requests', action: 'edit' }, to: '/inbox?canned=1' },
    ],
    search: () => import('./search'),
  },
  live: inboxLive,
})
