import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { inboxListColleaguesOptions } from '@/api/generated/@tanstack/vue-query.gen'
import { useSession } from '@/app/session'

const FRESH_MS = 60_000

/** Who answers customers, by name, as far as this user has to do with them. */
export function useColleagues() {
  const session = useSession()
  const mayAsk = computed(() => session.may({ module: 'requests' }))
  const query = useQuery(computed(() => ({ ...inboxListColleaguesOptions(), enabled: mayAsk.value, staleTime: FRESH_MS })))
  const colleagues = computed(() => query.data.value?.colleagues ?? [])
  /** Empty for somebody whom we do not know (any more). */
  const nameOf = (id: string | null | undefined): string => colleagues.value.find((each) => each.id === id)?.name ?? ''
  return { colleagues, nameOf }
}
