import { ContactRound, UserPlus } from '@lucide/vue'
import { defineFeature } from '@/lib/feature'

/** The generated key's name, written here so that the generated queries stay out of what every visit loads. */
const TIMELINE = 'contactsReadTimeline'

export default defineFeature({
  id: 'contacts',
  title: { ru: 'Контакты', en: 'Contacts' },
  nav: { group: 'work', icon: ContactRound, order: 30, shortcut: 'KeyB' },
  right: { module: 'requests' },
  routes: [
    { path: '/contacts', name: 'contacts', component: () => import('./ContactsView.vue') },
    { path: '/contacts/:id', name: 'contact', component: () => import('./ContactView.vue') },
  ],
  locales: { ru: () => import('./locales/ru.json'), en: () => import('./locales/en.json') },
  palette: {
    actions: [{ id: 'new-contact', title: { ru: 'Новый контакт', en: 'New contact' }, icon: UserPlus, right: { module: 'requests', action: 'edit' }, to: '/contacts?new=1' }],
    search: () => import('./search'),
  },
  live: {
    contact: ['contacts'],
    contact_note: ['contacts'],
    conversation: (_, queries) => void queries.invalidateQueries({ predicate: ({ queryKey }) => (queryKey[0] as { _id?: string })?._id === TIMELINE }),
  },
})
