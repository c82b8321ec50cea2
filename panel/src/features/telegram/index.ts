import { Plus, Send } from '@lucide/vue'
import { withChannelTexts } from '@/channels/texts'
import { defineFeature } from '@/lib/feature'

export default defineFeature({
  id: 'telegram',
  title: { ru: 'Telegram', en: 'Telegram' },
  nav: { group: 'channels', icon: Send, order: 20, shortcut: 'KeyT' },
  right: { module: 'telegram' },
  routes: [
    { path: '/telegram', name: 'telegram', component: () => import('./TelegramView.vue') },
    { path: '/telegram/:id', name: 'telegram-bot', component: () => import('./BotView.vue') },
  ],
  locales: { ru: () => withChannelTexts('ru', () => import('./locales/ru.json')), en: () => withChannelTexts('en', () => import('./locales/en.json')) },
  palette: {
    actions: [{ id: 'new-telegram', title: { ru: 'Новый бот Telegram', en: 'New Telegram bot' }, icon: Plus, right: { module: 'telegram', action: 'edit' }, to: '/telegram?new=1' }],
    search: () => import('./search'),
  },
  live: { telegram_instance: ['telegram'] },
})
