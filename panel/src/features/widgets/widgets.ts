import { computed, reactive } from 'vue'
import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { widgetDeleteInstance } from '@/api'
import type { WidgetInstanceIn, WidgetInstanceOut } from '@/api/generated'
import { chatListChatsOptions, widgetListInstancesOptions } from '@/api/generated/@tanstack/vue-query.gen'
import { queries } from '@/app/query'
import { useSession } from '@/app/session'
import { deferred } from '@/app/undo'
import { lookOf, type Look } from '@/widget/look'

const SEEN_AT_MOST = 100
/** Deleted on the screen; the backend is told when nobody takes it back. */
const going = reactive(new Set<string>())

export interface Draft extends Look {
  name: string
  description: string
  enabled: boolean
  allowed_domains: string[]
  tunnel_url: string
  assistant_id: string
  rate_limit_count: number | null
  rate_limit_hours: number
}

export function draftOf(widget: WidgetInstanceOut): Draft {
  return {
    ...lookOf(widget),
    suggestions: [...(widget.suggestions ?? [])],
    name: widget.name ?? '',
    description: widget.description ?? '',
    enabled: widget.enabled ?? true,
    allowed_domains: [...(widget.allowed_domains ?? [])],
    tunnel_url: widget.tunnel_url ?? '',
    assistant_id: widget.assistant_id,
    rate_limit_count: widget.rate_limit_count ?? null,
    rate_limit_hours: widget.rate_limit_hours ?? 24,
  }
}

/** Only what differs is sent: what somebody else changes meanwhile stays his. */
export function changesOf(draft: Draft, stored: Draft): WidgetInstanceIn {
  const tidy = { ...draft, suggestions: draft.suggestions.map((text) => text.trim()).filter(Boolean), rate_limit_count: draft.rate_limit_count || null }
  const names = Object.keys(tidy) as (keyof Draft)[]
  return Object.fromEntries(names.filter((name) => JSON.stringify(tidy[name]) !== JSON.stringify(stored[name])).map((name) => [name, tidy[name]]))
}

export interface Visits {
  /** Conversations among the newest hundred of all widgets. */
  count: number
  last: string
  isMore: boolean
}

/** What is known of a widget's life on a site: its conversations. */
export function visitsOf(sessions: readonly { source_id: string; updated: string }[], total: number): Map<string, Visits> {
  const found = new Map<string, Visits>()
  for (const { source_id, updated } of sessions) {
    const known = found.get(source_id)
    if (!known) found.set(source_id, { count: 1, last: updated, isMore: total > sessions.length })
    else {
      known.count += 1
      if (updated > known.last) known.last = updated
    }
  }
  return found
}

export function useVisits() {
  const session = useSession()
  const chats = useQuery(computed(() => ({ ...chatListChatsOptions({ query: { source: 'widget', limit: SEEN_AT_MOST } }), enabled: session.may({ module: 'chat' }) })))
  const visits = computed(() => {
    const page = chats.data.value
    return page && Array.isArray(page.sessions) ? visitsOf(page.sessions, page.total) : undefined
  })
  return visits
}

/** May this widget be changed? Who edits his own only sees the installation's as they are. */
export function useMayEdit(): (widget: Pick<WidgetInstanceOut, 'owner_id'>) => boolean {
  const session = useSession()
  return ({ owner_id }) => {
    const reach = session.me?.rights.widget?.edit
    return reach === 'all' || (reach === 'own' && owner_id === session.me?.id)
  }
}

export function useWidgets() {
  const list = useQuery({ ...widgetListInstancesOptions({ query: { limit: 500 } }), placeholderData: keepPreviousData })
  const rows = computed(() => list.data.value?.instances.filter((widget) => !going.has(widget.id)))
  return { list, rows }
}

export function useDeleting() {
  const { t } = useI18n()
  const router = useRouter()
  return (widget: Pick<WidgetInstanceOut, 'id' | 'name'>): void => {
    going.add(widget.id)
    void router.push('/widgets')
    const name = (widget.name ?? '').slice(0, 60)
    deferred(
      t('widgets.deleted', { name }),
      async () => {
        await widgetDeleteInstance({ path: { instance_id: widget.id }, throwOnError: true })
        await refreshWidgets()
        going.delete(widget.id)
      },
      () => going.delete(widget.id),
    )
  }
}

export async function refreshWidgets(): Promise<void> {
  await queries.invalidateQueries({ predicate: ({ queryKey }) => (queryKey[0] as { tags?: string[] })?.tags?.includes('widget') ?? false })
}
