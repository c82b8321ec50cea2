import { MessageCircle, Plus } from '@lucide/vue'
import { withChannelTexts } from '@/channels/texts'
import { defineFeature } from '@/lib/feature'

export default defineFeature({
  id: 'whatsapp',
  title: { ru: 'WhatsApp', en: 'WhatsApp' },
  nav: { group: 'channels', icon: MessageCircle, order: 30, shortcut: 'KeyH' },
  right: { module: 'whatsapp' },
  routes: [
    { path: '/whatsapp', name: 'whatsapp', component: () => import('./WhatsappView.vue') },
    { path: '/whatsapp/:id', name: 'whatsapp-number', component: () => import('./NumberView.vue') },
  ],
  locales: { ru: () => withChannelTexts('ru', () => import('./locales/ru.json')), en: () => withChannelTexts('en', () => import('./locales/en.json')) },
  palette: {
    actions: [{ id: 'new-whatsapp', title: { ru: 'Новый номер WhatsApp', en: 'New WhatsApp number' }, icon: Plus, right: { module: 'whatsapp', action: 'edit' }, to: '/whatsapp?new=1' }],
    search: () => import('./search'),
  },
  live: { whatsapp_instance: ['whatsapp'] },
})
