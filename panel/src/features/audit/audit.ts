import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, onScopeDispose } from 'vue'
import { useI18n } from 'vue-i18n'
import type { AuditListAuditLogsData, AuditLogOut } from '@/api/generated'
import { auditListAuditLogsOptions, auditStatsOptions, usersListUsersOptions } from '@/api/generated/@tanstack/vue-query.gen'
import { onChange } from '@/app/live'
import { queries } from '@/app/query'
import { useSession } from '@/app/session'
import { quiet } from '@/lib/later'
import { useListQuery } from '@/lib/listQuery'

type Query = NonNullable<AuditListAuditLogsData['query']>
const SETTLES_MS = 1500
const MOST_USERS = 500

/** A day of the viewer's calendar as the moment at which it begins, or at which the next one does. */
export function edge(day: string, isEnd = false): string | undefined {
  const [year, month, date] = day.split('-').map(Number)
  if (!year || !month || !date) return undefined
  return new Date(year, month - 1, date + (isEnd ? 1 : 0)).toISOString()
}

export interface Detail {
  name: string
  /** What it was, where the row says so. */
  before?: string
  value: string
}

/** The details of a row as lines: plain values, lists as words, `{before, after}` as a change. */
export function detailsOf(details: Record<string, unknown>): Detail[] {
  return Object.entries(details).map(([name, value]) => {
    if (isChange(value)) return { name, before: text(value.before), value: text(value.after) }
    return { name, value: text(value) }
  })
}

function isChange(value: unknown): value is { before: unknown; after: unknown } {
  return typeof value === 'object' && value !== null && 'before' in value && 'after' in value
}

function text(value: unknown): string {
  if (value === null || value === undefined || value === '') return '—'
  if (Array.isArray(value)) return value.map(text).join(', ') || '—'
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** What kind of thing was done, by colour: made, changed, gone, or something else. */
export function kindOf(action: string): 'ok' | 'accent' | 'danger' | 'plain' {
  if (/^(create|add|import|accept)/.test(action)) return 'ok'
  if (/^(delete|remove|revoke|clean|clear|fail)|fail/.test(action)) return 'danger'
  return /^(update|change|edit|set|move|restore)/.test(action) ? 'accent' : 'plain'
}

/** The log by the filters in the address; what anybody does shows up by itself on the first page. */
export function useAudit() {
  const session = useSession()
  const address = useListQuery({ action: '', resource: '', user: '', from: '', to: '' })
  const wanted = computed<Query>(() => {
    const { action, resource, user, from, to } = address.filters.value
    const said = { action, resource, user_id: user, from_date: edge(from), to_date: edge(to, true) }
    return Object.fromEntries(Object.entries(said).filter(([, value]) => value)) as Query
  })
  const list = useQuery(computed(() => ({ ...auditListAuditLogsOptions({ query: { ...wanted.value, limit: address.limit, offset: address.offset.value } }), placeholderData: keepPreviousData })))
  const stats = useQuery(auditStatsOptions())
  const users = useQuery({ ...usersListUsersOptions({ query: { limit: MOST_USERS } }), enabled: session.may({ module: 'users' }), retry: false })
  const people = computed(() => users.data.value?.users ?? [])
  const fresh = quiet(() => void refresh(), SETTLES_MS)
  onScopeDispose(onChange(() => address.page.value === 1 && fresh()))

  async function refresh(): Promise<void> {
    await queries.invalidateQueries({ predicate: ({ queryKey }) => (queryKey[0] as { tags?: string[] })?.tags?.includes('audit') ?? false })
  }
  return { ...address, wanted, list, stats, people, refresh }
}

export function useAuditText() {
  const { t, te } = useI18n()
  const word = (kind: string, id: string): string => (te(`audit.${kind}.${id}`) ? t(`audit.${kind}.${id}`) : id.replaceAll('_', ' '))
  const session = useSession()
  function who(row: Pick<AuditLogOut, 'user_id' | 'actor_kind'>, people: readonly { id: string; username: string; display_name: string }[]): string {
    const known = people.find(({ id }) => id === row.user_id)
    if (known) return known.display_name || known.username
    if (row.user_id && row.user_id === session.me?.id) return session.me.display_name || session.me.username
    // Who may not see the users tells them apart by the end of their ids.
    return row.user_id && row.actor_kind === 'user' ? `${word('actors', 'user')} …${row.user_id.slice(-8)}` : word('actors', row.actor_kind)
  }
  return { action: (id: string) => word('actions', id), resource: (id: string) => word('resources', id), field: (id: string) => word('fields', id), who }
}
