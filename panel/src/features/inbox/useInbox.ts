import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { chatSearchChats, inboxListInbox } from '@/api'
import { inboxCountInboxOptions } from '@/api/generated/@tanstack/vue-query.gen'
import type { InboxRow, SessionState } from '@/api/generated'
import { isHidden, type ListRow } from '@/chat/useSessionRows'
import { ROWS } from './keys'

const PAGE = 60
const HITS = 30

export interface Filters extends Record<string, string> {
  state: string
  assignee: string
  unread: string
  source: string
}

/** The lines of the inbox: conversations as they are filtered, and below them what a search found in messages. */
export function useInbox(filters: Ref<Filters>, q: Ref<string>, mayRead: Ref<boolean>) {
  const search = computed(() => q.value.trim())
  const isSearch = computed(() => search.value.length > 1)
  const asked = computed(() => {
    const { state, assignee, unread, source } = filters.value
    return { state: (state || undefined) as SessionState | undefined, assignee: assignee || undefined, unread: unread === '1' || undefined, source: source || undefined, search: search.value || undefined }
  })
  const list = useInfiniteQuery({
    queryKey: computed(() => [{ _id: ROWS, ...asked.value }] as const),
    queryFn: async ({ pageParam, signal }) => (await inboxListInbox({ query: { ...asked.value, limit: PAGE, offset: pageParam }, signal, throwOnError: true })).data,
    initialPageParam: 0,
    getNextPageParam: (last, pages) => (last.sessions.length && pages.length * PAGE < last.total ? pages.length * PAGE : undefined),
    placeholderData: keepPreviousData,
  })
  const hits = useQuery({
    queryKey: computed(() => [{ _id: 'inboxHits', tags: ['chat'], q: search.value }] as const),
    queryFn: async ({ signal }) => (await chatSearchChats({ query: { q: search.value, limit: HITS }, signal, throwOnError: true })).data.results,
    enabled: computed(() => isSearch.value && mayRead.value),
  })
  const counts = useQuery(inboxCountInboxOptions())

  const cases = computed(() => {
    const all = new Map<string, InboxRow>()
    for (const page of list.data.value?.pages ?? []) for (const row of page.sessions) if (!isHidden(row.id)) all.set(row.id, row)
    return all
  })
  const found = computed(() => (isSearch.value ? (hits.data.value ?? []) : []).filter((hit) => !isHidden(hit.session_id) && !['admin', 'api'].includes(hit.source) && (!filters.value.source || hit.source === filters.value.source)))
  const rows = computed<ListRow[]>(() => [
    ...[...cases.value.keys()].map((key): ListRow => ({ kind: 'case', key })),
    ...(list.hasNextPage.value ? [{ kind: 'more', key: `more-${cases.value.size}`, load: () => list.fetchNextPage() } as ListRow] : []),
    ...(found.value.length ? [{ kind: 'head', key: 'hits', title: 'inMessages', total: found.value.length } as ListRow] : []),
    ...found.value.map((hit): ListRow => ({ kind: 'hit', key: `hit-${hit.message_id}`, hit })),
  ])
  return { rows, cases, counts: counts.data, isLoading: list.isLoading, error: list.error, retry: () => void list.refetch() }
}
