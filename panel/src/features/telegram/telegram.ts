import { Send } from '@lucide/vue'
import { defineAsyncComponent } from 'vue'
import {
  telegramChangeInstance,
  telegramClearInstanceSessions,
  telegramCreateInstance,
  telegramDeleteInstance,
  telegramListInstances,
  telegramListInstanceSessions,
  telegramReadAbilities,
  telegramReadInstance,
  telegramReadLogs,
  telegramRestartInstance,
  telegramStartInstance,
  telegramStopInstance,
} from '@/api'
import type { TelegramInstanceOut } from '@/api/generated'
import { telegramListInstanceSessionsQueryKey, telegramListInstancesQueryKey, telegramReadAbilitiesQueryKey, telegramReadInstanceQueryKey, telegramReadLogsQueryKey } from '@/api/generated/@tanstack/vue-query.gen'
import { defineChannel, type Instance } from '@/channels/channel'

const MOST = 500
const AT = (instance_id: string) => ({ path: { instance_id }, throwOnError: true }) as const
const TURNS = { start: telegramStartInstance, stop: telegramStopInstance, restart: telegramRestartInstance }

export const telegram = defineChannel({
  kind: 'telegram',
  module: 'telegram',
  path: '/telegram',
  icon: Send,
  secrets: ['bot_token', 'proxy'],
  fieldOf: { channel_taken_twice: 'bot_token', telegram_bad_user: 'allowed_users', telegram_bad_api_url: 'api_url', telegram_token_missing: 'bot_token', telegram_token_wrong: 'bot_token', telegram_proxy_wrong: 'proxy' },
  setup: defineAsyncComponent(() => import('./NewTelegram.vue')),
  parts: [
    { id: 'general', component: defineAsyncComponent(() => import('./GeneralPart.vue')), fields: ['name', 'description', 'bot_token', 'proxy', 'api_url', 'mode', 'groups'] },
    { id: 'answers', component: defineAsyncComponent(() => import('@/channels/AnswersPart.vue')), fields: ['assistant_id', 'llm_backend', 'llm_persona', 'system_prompt', 'llm_params'] },
    { id: 'texts', component: defineAsyncComponent(() => import('@/channels/TextsPart.vue')), fields: ['welcome_message', 'unauthorized_message', 'error_message'] },
    { id: 'buttons', component: defineAsyncComponent(() => import('./ButtonsPart.vue')), fields: ['action_buttons'] },
    { id: 'access', component: defineAsyncComponent(() => import('./AccessPart.vue')), fields: ['allowed_users', 'admin_users', 'rate_limit_count', 'rate_limit_hours'] },
    { id: 'people', component: defineAsyncComponent(() => import('@/channels/PeoplePart.vue')), isReadOnly: true },
    { id: 'log', component: defineAsyncComponent(() => import('@/channels/LogPart.vue')), isReadOnly: true },
  ],
  own: (row: Instance) => {
    const { api_url, mode, groups, allowed_users, admin_users, action_buttons } = row as TelegramInstanceOut
    return {
      api_url: api_url ?? '',
      mode: mode ?? 'auto',
      groups: groups ?? 'addressed',
      allowed_users: [...(allowed_users ?? [])],
      admin_users: [...(admin_users ?? [])],
      action_buttons: (action_buttons ?? []).map(({ id, label, value }) => ({ id: id ?? '', label, value: value ?? '' })),
    }
  },
  keys: {
    list: telegramListInstancesQueryKey({ query: { limit: MOST } }),
    one: (instance_id) => telegramReadInstanceQueryKey({ path: { instance_id } }),
    logs: (instance_id) => telegramReadLogsQueryKey({ path: { instance_id } }),
    abilities: telegramReadAbilitiesQueryKey(),
  },
  list: async () => (await telegramListInstances({ query: { limit: MOST }, throwOnError: true })).data,
  abilities: async () => (await telegramReadAbilities({ throwOnError: true })).data,
  read: async (id) => (await telegramReadInstance(AT(id))).data.instance,
  create: async (body) => (await telegramCreateInstance({ body, throwOnError: true })).data.instance,
  change: async (id, body) => (await telegramChangeInstance({ ...AT(id), body })).data.instance,
  remove: (id) => telegramDeleteInstance(AT(id)),
  turn: (id, step) => TURNS[step](AT(id)),
  logs: async (id, lines) => (await telegramReadLogs({ ...AT(id), query: { lines } })).data,
  threads: {
    key: (instance_id, offset) => telegramListInstanceSessionsQueryKey({ path: { instance_id }, query: { offset } }),
    list: async (id, limit, offset) => (await telegramListInstanceSessions({ ...AT(id), query: { limit, offset } })).data,
    clear: (id) => telegramClearInstanceSessions(AT(id)),
  },
})
