import { MessageCircle } from '@lucide/vue'
import { defineAsyncComponent } from 'vue'
import {
  whatsappChangeInstance,
  whatsappCreateInstance,
  whatsappDeleteInstance,
  whatsappListInstances,
  whatsappReadAbilities,
  whatsappReadInstance,
  whatsappReadLogs,
  whatsappRestartInstance,
  whatsappStartInstance,
  whatsappStopInstance,
} from '@/api'
import type { WhatsappInstanceOut } from '@/api/generated'
import { whatsappListInstancesQueryKey, whatsappReadAbilitiesQueryKey, whatsappReadInstanceQueryKey, whatsappReadLogsQueryKey } from '@/api/generated/@tanstack/vue-query.gen'
import { defineChannel, type Instance } from '@/channels/channel'

const MOST = 500
const AT = (instance_id: string) => ({ path: { instance_id }, throwOnError: true }) as const
const TURNS = { start: whatsappStartInstance, stop: whatsappStopInstance, restart: whatsappRestartInstance }

export const whatsapp = defineChannel({
  kind: 'whatsapp',
  module: 'whatsapp',
  path: '/whatsapp',
  icon: MessageCircle,
  secrets: ['access_token', 'app_secret', 'verify_token'],
  fieldOf: { channel_taken_twice: 'phone_number_id', bad_phone: 'allowed_phones', bad_api_url: 'api_url' },
  setup: defineAsyncComponent(() => import('./NewWhatsapp.vue')),
  parts: [
    { id: 'general', component: defineAsyncComponent(() => import('./GeneralPart.vue')), fields: ['name', 'description', 'template_name', 'template_language'] },
    { id: 'connection', component: defineAsyncComponent(() => import('./ConnectionPart.vue')), fields: ['phone_number_id', 'waba_id', 'access_token', 'app_secret', 'verify_token', 'api_url'] },
    { id: 'answers', component: defineAsyncComponent(() => import('@/channels/AnswersPart.vue')), fields: ['assistant_id', 'llm_backend', 'llm_persona', 'system_prompt', 'llm_params'] },
    { id: 'texts', component: defineAsyncComponent(() => import('@/channels/TextsPart.vue')), fields: ['welcome_message', 'unauthorized_message', 'error_message'] },
    { id: 'access', component: defineAsyncComponent(() => import('./AccessPart.vue')), fields: ['allowed_phones', 'blocked_phones', 'rate_limit_count', 'rate_limit_hours'] },
    { id: 'log', component: defineAsyncComponent(() => import('@/channels/LogPart.vue')), isReadOnly: true },
  ],
  own: (row: Instance) => {
    const { phone_number_id, waba_id, api_url, template_name, template_language, allowed_phones, blocked_phones } = row as WhatsappInstanceOut
    return {
      phone_number_id: phone_number_id ?? '',
      waba_id: waba_id ?? '',
      api_url: api_url ?? '',
      template_name: template_name ?? '',
      template_language: template_language ?? '',
      allowed_phones: [...(allowed_phones ?? [])],
      blocked_phones: [...(blocked_phones ?? [])],
    }
  },
  keys: {
    list: whatsappListInstancesQueryKey({ query: { limit: MOST } }),
    one: (instance_id) => whatsappReadInstanceQueryKey({ path: { instance_id } }),
    logs: (instance_id) => whatsappReadLogsQueryKey({ path: { instance_id } }),
    abilities: whatsappReadAbilitiesQueryKey(),
  },
  list: async () => (await whatsappListInstances({ query: { limit: MOST }, throwOnError: true })).data,
  abilities: async () => (await whatsappReadAbilities({ throwOnError: true })).data,
  read: async (id) => (await whatsappReadInstance(AT(id))).data.instance,
  create: async (body) => (await whatsappCreateInstance({ body, throwOnError: true })).data.instance,
  change: async (id, body) => (await whatsappChangeInstance({ ...AT(id), body })).data.instance,
  remove: (id) => whatsappDeleteInstance(AT(id)),
  turn: (id, step) => TURNS[step](AT(id)),
  logs: async (id, lines) => (await whatsappReadLogs({ ...AT(id), query: { lines } })).data,
})
