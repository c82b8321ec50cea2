import { recorded, rowsOf, store } from './data'
import { copy, del, freshId, get, given, notFound, now, post, put, type Ask, type Route, type Row } from './http'
import { tell } from './live'

/** A list that can be searched, filtered, paged, added to, changed and deleted. */
export interface Table {
  at: string
  /** The list's name in its answer, and a row's in its own; '' where a row is the answer. */
  rows: string
  one: string
  resource: string
  /** What a new row has before what was sent. */
  blank?: Row
  key?: string
  take?: (body: Row, row: Row) => Row
  /** Around a row that was stored. */
  saved?: (row: Row, isNew: boolean) => unknown
  gone?: (key: string) => unknown
  search?: string[]
  without?: ('list' | 'add' | 'read' | 'change' | 'delete')[]
}

const PLUMBING = new Set(['q', 'limit', 'offset', 'sort', 'collection_id', 'group_by', 'enabled_only', 'with_revoked', 'from_date', 'to_date', 'before', 'state', 'period_days'])

/** A page of rows by the usual words of a query. */
export function page(rows: Row[], query: URLSearchParams, search?: string[]): { found: Row[]; shown: Row[] } {
  const q = (query.get('q') ?? query.get('search') ?? '').trim().toLowerCase()
  const found = rows.filter((row) => (!q || text(row, search).includes(q)) && fits(row, query))
  const offset = Number(query.get('offset')) || 0
  return { found, shown: found.slice(offset, offset + (Number(query.get('limit')) || 100)) }
}

function text(row: Row, search?: string[]): string {
  const values = search ? search.map((name) => row[name]) : Object.values(row)
  return values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value ?? ''))).join(' ').toLowerCase()
}

function fits(row: Row, query: URLSearchParams): boolean {
  const collection = query.get('collection_id')
  if (collection && row.collection_id !== collection && !((row.collection_ids as string[]) ?? []).includes(collection)) return false
  if (query.get('enabled_only') === 'true' && !row.enabled) return false
  if (query.get('state') && query.get('state') !== 'all' && row.state !== query.get('state')) return false
  return [...query].every(([name, value]) => PLUMBING.has(name) || !value || !(name in row) || String(row[name]) === value)
}

export function rowOf(table: Pick<Table, 'at' | 'rows' | 'key'>, key: string): Row {
  const row = rowsOf(table.at, table.rows).find((each) => String(each[table.key ?? 'id']) === key)
  if (!row) throw notFound()
  return row
}

/** The routes of a table. */
export function routesOf(table: Table): Route[] {
  const { at, rows, resource } = table
  const key = table.key ?? 'id'
  const all = (): Row[] => rowsOf(at, rows)
  const shown = (row: Row): unknown => (table.one ? { [table.one]: row } : row)
  const saved = table.saved ?? shown
  const fresh = (body: Row): Row => ({ id: freshId(), owner_id: store.me.id, created: now(), updated: now(), ...copy(table.blank ?? {}) , ...given(body) })
  const list = ({ query }: Ask): unknown => {
    const { found, shown: part } = page(all(), query, table.search)
    return { ...recorded(at), [rows]: part, total: found.length }
  }
  const add = ({ body }: Ask): unknown => {
    const row = table.take ? table.take(body, fresh({})) : fresh(body)
    all().unshift(row)
    tell(resource, 'create', String(row[key]))
    return saved(row, true)
  }
  const change = ({ params, body }: Ask): unknown => {
    const row = rowOf(table, params.at(-1)!)
    Object.assign(row, table.take ? table.take(body, row) : given(body), { updated: now() })
    tell(resource, 'update', String(row[key]))
    return saved(row, false)
  }
  const remove = ({ params }: Ask): unknown => {
    const row = rowOf(table, params.at(-1)!)
    all().splice(all().indexOf(row), 1)
    tell(resource, 'delete', params.at(-1)!)
    return table.gone?.(params.at(-1)!)
  }
  const every: [NonNullable<Table['without']>[number], Route][] = [
    ['list', get(at, list)],
    ['add', post(at, add)],
    ['read', get(`${at}/:key`, ({ params }) => shown(rowOf(table, params[0]!)))],
    ['change', put(`${at}/:key`, change)],
    ['delete', del(`${at}/:key`, remove)],
  ]
  return every.filter(([name]) => !table.without?.includes(name)).map(([, route]) => route)
}
