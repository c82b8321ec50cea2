import { MessagesSquare } from '@lucide/vue'
import { chatLive } from '@/chat/live'
import { withChatTexts } from '@/chat/texts'
import { defineFeature } from '@/lib/feature'

export default defineFeature({
  id: 'conversations',
  title: { ru: 'Разговоры', en: 'Chats' },
  nav: { group: 'work', icon: MessagesSquare, order: 10, shortcut: 'KeyC', isOnPhone: true },
  right: { module: 'requests' },
  routes: [{ path: '/conversations/:id?', name: 'conversations', component: () => import('./ConversationsView.vue') }],
  locales: { ru: () => withChatTexts('ru', () => import('./locales/ru.json')), en: () => withChatTexts('en', () => import('./locales/en.json')) },
  palette: { search: () => import('./search') },
  live: chatLive,
})
