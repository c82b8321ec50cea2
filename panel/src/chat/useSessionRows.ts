import { useInfiniteQuery, useQueries, useQuery } from '@tanstack/vue-query'
import { computed, ref, type Ref } from 'vue'
import { chatSearchChats } from '@/api'
import { useChannels } from './channels'
import { more, sessionsOptions, sourcesOptions } from './lists'
import type { Found, Session } from './types'

const HITS = 50

export type ListRow =
  | { kind: 'group'; key: string; source: string; total: number; isFolded: boolean }
  | { kind: 'head'; key: string; title: 'inTitles' | 'inMessages'; total: number }
  | { kind: 'session'; key: string; session: Session }
  | { kind: 'hit'; key: string; hit: Found }
  /** A row that the view draws itself (slot `case`). */
  | { kind: 'case'; key: string }
  | { kind: 'more'; key: string; load: () => unknown }

export interface ListOf {
  /** Only this source; '' is all of them. */
  source: Ref<string>
  q: Ref<string>
  isGrouped: Ref<boolean>
  folded: Ref<ReadonlySet<string>>
}

/** What was deleted and may still be taken back: it shows in no list. */
const hidden = ref<ReadonlySet<string>>(new Set())
export function isHidden(id: string): boolean {
  return hidden.value.has(id)
}
export function hide(ids: readonly string[]): void {
  hidden.value = new Set([...hidden.value, ...ids])
}
export function unhide(ids: readonly string[]): void {
  hidden.value = new Set([...hidden.value].filter((id) => !ids.includes(id)))
}

/** The lines of the list: conversations by channel or by time, or what a search found. */
export function useSessionRows(list: ListOf) {
  const { inOrder } = useChannels()
  const isSearch = computed(() => list.q.value.trim().length > 1)
  const sources = useQuery(sourcesOptions())
  const isGrouped = computed(() => list.isGrouped.value && !list.source.value)
  const shown = computed(() => (isSearch.value ? [] : isGrouped.value ? inOrder(sources.data.value ?? []) : [list.source.value]))
  const lists = useQueries({ queries: computed(() => shown.value.map((source) => sessionsOptions(source))) })
  const titles = useQuery(computed(() => ({ ...sessionsOptions(list.source.value, list.q.value), enabled: isSearch.value })))
  const hits = useInfiniteQuery({
    queryKey: computed(() => [{ _id: 'chatHits', tags: ['chat'], q: list.q.value }] as const),
    queryFn: async ({ pageParam, signal }) => (await chatSearchChats({ query: { q: list.q.value, limit: HITS, offset: pageParam }, signal, throwOnError: true })).data,
    initialPageParam: 0,
    getNextPageParam: (last, pages) => (last.results.length && pages.length * HITS < last.total ? pages.length * HITS : undefined),
    enabled: isSearch,
  })

  function ofLists(): ListRow[] {
    return shown.value.flatMap((source, at): ListRow[] => {
      const known = lists.value[at]?.data
      if (!known) return []
      const isFolded = isGrouped.value && list.folded.value.has(source)
      const head: ListRow[] = isGrouped.value ? [{ kind: 'group', key: `group-${source}`, source, total: known.total, isFolded }] : []
      const rows = isFolded ? [] : known.rows.filter((row) => !hidden.value.has(row.id)).map((session): ListRow => ({ kind: 'session', key: session.id, session }))
      const isMore = !isFolded && known.rows.length < known.total
      return [...head, ...rows, ...(isMore ? [{ kind: 'more', key: `more-${source}-${known.rows.length}`, load: () => more(source) } as ListRow] : [])]
    })
  }
  function ofSearch(): ListRow[] {
    const found = (hits.data.value?.pages ?? []).flatMap((page) => page.results).filter((hit) => !hidden.value.has(hit.session_id) && (!list.source.value || hit.source === list.source.value))
    const inMessages = new Set(found.map((hit) => hit.session_id))
    const named = (titles.data.value?.rows ?? []).filter((row) => !inMessages.has(row.id) && !hidden.value.has(row.id))
    const isAll = !hits.hasNextPage.value
    return [
      ...(named.length && isAll ? [{ kind: 'head', key: 'titles', title: 'inTitles', total: named.length } as ListRow, ...named.map((session): ListRow => ({ kind: 'session', key: session.id, session }))] : []),
      ...(found.length ? [{ kind: 'head', key: 'hits', title: 'inMessages', total: hits.data.value!.pages[0]!.total } as ListRow] : []),
      ...found.map((hit): ListRow => ({ kind: 'hit', key: `hit-${hit.message_id}`, hit })),
      ...(hits.hasNextPage.value ? [{ kind: 'more', key: `more-hits-${found.length}`, load: () => hits.fetchNextPage() } as ListRow] : []),
    ]
  }
  const rows = computed(() => (isSearch.value ? ofSearch() : ofLists()))
  const active = computed(() => (isSearch.value ? [titles, hits].map((query) => ({ data: query.data.value as unknown, error: query.error.value as unknown })) : [...(isGrouped.value ? [{ data: sources.data.value as unknown, error: sources.error.value as unknown }] : []), ...lists.value.map((query) => ({ data: query.data as unknown, error: query.error as unknown }))]))
  const isLoading = computed(() => active.value.some((query) => !query.data && !query.error))
  const error = computed(() => active.value.find((query) => query.error && !query.data)?.error ?? null)
  function retry(): void {
    if (isSearch.value) void Promise.all([titles.refetch(), hits.refetch()])
    else void Promise.all([sources.refetch(), ...lists.value.map((query) => query.refetch())])
  }
  return { rows, isLoading, error, retry, isSearch, sources: computed(() => inOrder(sources.data.value ?? [])) }
}
