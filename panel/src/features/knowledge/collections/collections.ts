import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { knowledgeListCollectionsOptions } from '@/api/generated/@tanstack/vue-query.gen'
import { useSession } from '@/app/session'
import { useOwn } from '../own'

const MOST = 500

/** All collections, as a choice and by id. */
export function useCollections() {
  const session = useSession()
  const isOwn = useOwn()
  const query = useQuery(computed(() => ({ ...knowledgeListCollectionsOptions({ query: { limit: MOST } }), enabled: session.may({ module: 'knowledge' }) })))
  const all = computed(() => query.data.value?.collections ?? [])
  const choices = computed(() => all.value.map(({ id, name }) => ({ value: id, label: name.slice(0, 80) })))
  const nameOf = (id: string): string => all.value.find((each) => each.id === id)?.name ?? '—'
  /** Where something new goes by itself: an administrator's into the default one, a user's into one of his own. */
  const usual = computed(() => all.value.find((each) => (session.me?.role === 'admin' ? each.is_default : each.owner_id === session.me?.id))?.id ?? '')
  const mine = computed(() => all.value.filter(isOwn))
  return { query, all, choices, nameOf, usual, mine }
}
