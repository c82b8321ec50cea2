import { computed } from 'vue'
import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { assistantsListAssistantsOptions, usageListUsageLogsOptions } from '@/api/generated/@tanstack/vue-query.gen'
import type { CallStatus, UsageListUsageLogsData } from '@/api/generated'
import { useSession } from '@/app/session'
import { useListQuery } from '@/lib/listQuery'

type Query = NonNullable<UsageListUsageLogsData['query']>
const NONE = { service: '', source: '', model: '', status: '', assistant: '', from: '', to: '' }
const DAY_MS = 86_400_000

/** A day of the viewer's calendar as the moment at which it begins, or ends. */
export function edge(day: string, isEnd = false): string | undefined {
  const at = new Date(`${day}T00:00:00`)
  if (!day || Number.isNaN(at.getTime())) return undefined
  if (isEnd) at.setTime(new Date(at.getFullYear(), at.getMonth(), at.getDate() + 1).getTime() || at.getTime() + DAY_MS)
  return at.toISOString()
}

/** The calls that the address asks for. */
export function useCalls() {
  const address = useListQuery(NONE)
  const session = useSession()
  const wanted = computed<Query>(() => {
    const { service, source, model, status, assistant, from, to } = address.filters.value
    const said = { service_type: service as Query['service_type'], source, model, status: status as CallStatus | '', assistant_id: assistant, from_date: edge(from), to_date: edge(to, true) }
    return Object.fromEntries(Object.entries(said).filter(([, value]) => value)) as Query
  })
  const list = useQuery(computed(() => ({ ...usageListUsageLogsOptions({ query: { ...wanted.value, limit: address.limit, offset: address.offset.value } }), placeholderData: keepPreviousData })))
  const assistants = useQuery({ ...assistantsListAssistantsOptions(), enabled: session.may({ module: 'assistants' }) })
  const nameOf = (id: string): string => assistants.data.value?.assistants.find((each) => each.id === id)?.name ?? id
  return { ...address, wanted, list, assistants: computed(() => assistants.data.value?.assistants ?? []), nameOf }
}
