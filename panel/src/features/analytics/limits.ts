import { useQuery } from '@tanstack/vue-query'
import { computed, reactive } from 'vue'
import { useI18n } from 'vue-i18n'
import { usageDeleteUsageLimit, usageSetUsageLimit } from '@/api'
import type { LimitOut, NewLimit, UsageDeleteUsageLimitData } from '@/api/generated'
import { apiKeysListApiKeysOptions, assistantsListAssistantsOptions, usageListUsageLimitsOptions } from '@/api/generated/@tanstack/vue-query.gen'
import { queries, said } from '@/app/query'
import { useSession } from '@/app/session'
import { useToasts } from '@/app/toasts'
import { deferred } from '@/app/undo'

const going = reactive(new Set<string>())

/** The limit as it is sent: its place, and its rule. */
export function bodyOf(limit: LimitOut): NewLimit {
  const { service_type, limit_type, limit_value, hard_limit, warning_threshold, measure, currency, assistant_id, api_key_id, enabled } = limit
  return { service_type: service_type as NewLimit['service_type'], limit_type, limit_value, hard_limit, warning_threshold, measure, currency, assistant_id, api_key_id, enabled }
}

/** Two limits of one place are one limit: saving the second would change the first. */
export function placeOf(limit: Pick<NewLimit, 'service_type' | 'limit_type' | 'measure' | 'currency' | 'assistant_id' | 'api_key_id'>): string {
  return [limit.service_type, limit.limit_type, limit.measure, limit.measure === 'cost' ? limit.currency : '', limit.assistant_id ?? '', limit.api_key_id ?? ''].join('/')
}

export type Standing = 'off' | 'ok' | 'near' | 'over'
export function standingOf(limit: Pick<LimitOut, 'enabled' | 'percent' | 'warning_threshold'>): Standing {
  if (!limit.enabled) return 'off'
  const percent = limit.percent ?? 0
  if (percent >= 100) return 'over'
  return percent >= limit.warning_threshold ? 'near' : 'ok'
}

export async function refreshUsage(): Promise<void> {
  await queries.invalidateQueries({ predicate: ({ queryKey }) => (queryKey[0] as { tags?: string[] })?.tags?.includes('usage') ?? false })
}

export function useLimits() {
  const { t } = useI18n()
  const toasts = useToasts()
  const session = useSession()
  const list = useQuery(usageListUsageLimitsOptions({ query: { enabled_only: false } }))
  const assistants = useQuery({ ...assistantsListAssistantsOptions(), enabled: session.may({ module: 'assistants' }) })
  const keys = useQuery({ ...apiKeysListApiKeysOptions({ query: { limit: 200 } }), enabled: session.may({ module: 'api_keys' }) })
  const rows = computed(() => list.data.value?.limits.filter((limit) => !going.has(limit.id)))

  function scopeOf(limit: LimitOut): string {
    if (limit.assistant_id) return t('analytics.ofAssistant', { name: assistants.data.value?.assistants.find((each) => each.id === limit.assistant_id)?.name ?? limit.assistant_id })
    if (limit.api_key_id) return t('analytics.ofKey', { name: keys.data.value?.api_keys.find((each) => each.id === limit.api_key_id)?.name ?? limit.api_key_id })
    return t('analytics.ofAll')
  }
  function remove(limit: LimitOut): void {
    const { limit_type, measure, currency, assistant_id, api_key_id } = limit
    const path = { service_type: limit.service_type, limit_type } as UsageDeleteUsageLimitData['path']
    going.add(limit.id)
    deferred(
      t('analytics.limitDeleted'),
      async () => {
        await usageDeleteUsageLimit({ path, query: { measure, currency, assistant_id: assistant_id ?? undefined, api_key_id: api_key_id ?? undefined }, throwOnError: true })
        await refreshUsage()
        going.delete(limit.id)
      },
      () => going.delete(limit.id),
    )
  }
  async function turn(limit: LimitOut): Promise<void> {
    const body = { ...bodyOf(limit), enabled: !limit.enabled }
    limit.enabled = !limit.enabled
    await usageSetUsageLimit({ body, throwOnError: true }).catch((error: unknown) => toasts.say(said(error), { kind: 'error' }))
    await refreshUsage()
  }
  return { list, rows, assistants: computed(() => assistants.data.value?.assistants ?? []), keys: computed(() => keys.data.value?.api_keys ?? []), scopeOf, remove, turn }
}
