import { KeyRound, Settings2, UserPlus } from '@lucide/vue'
import { defineFeature } from '@/lib/feature'

export default defineFeature({
  id: 'settings',
  title: { ru: 'Настройки', en: 'Settings' },
  nav: { group: 'system', icon: Settings2, order: 90, shortcut: 'Comma' },
  right: { module: 'profile' },
  routes: [
    {
      path: '/settings',
      component: () => import('./SettingsView.vue'),
      redirect: '/settings/profile',
      children: [
        { path: 'profile', name: 'settings-profile', component: () => import('./ProfilePart.vue') },
        { path: 'security', name: 'settings-security', component: () => import('./SecurityPart.vue') },
        { path: 'look', name: 'settings-look', component: () => import('./LookPart.vue') },
        { path: 'notifications', name: 'settings-notifications', component: () => import('./NotificationsPart.vue') },
        { path: 'messenger', name: 'settings-messenger', component: () => import('./MessengerPart.vue') },
        { path: 'users', name: 'settings-users', component: () => import('./UsersPart.vue') },
        { path: 'keys', name: 'settings-keys', component: () => import('./KeysPart.vue') },
        { path: 'jobs', name: 'settings-jobs', component: () => import('./JobsPart.vue') },
        { path: 'about', name: 'settings-about', component: () => import('./AboutPart.vue') },
      ],
    },
  ],
  locales: { ru: () => import('./locales/ru.json'), en: () => import('./locales/en.json') },
  palette: {
    actions: [
      { id: 'new-user', title: { ru: 'Новый пользователь', en: 'New user' }, icon: UserPlus, right: { module: 'users', action: 'edit' }, to: '/settings/users?new=1' },
      { id: 'new-key', title: { ru: 'Новый ключ API', en: 'New API key' }, icon: KeyRound, right: { module: 'api_keys', action: 'edit' }, to: '/settings/keys?new=1' },
    ],
  },
  live: { user: ['users', 'auth'], session: ['auth'], second_factor: ['auth', 'users'], recovery_codes: ['auth'], api_key: ['api-keys'], operator_link: ['owner'], job: ['jobs'], schedule: ['jobs'] },
})
