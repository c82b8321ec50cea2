import type { Session } from './types'

/** What is loaded of a list of conversations, the latest first. */
export interface SessionRows {
  rows: Session[]
  total: number
}

const isBefore = (a: Session, b: Session): boolean => (a.updated === b.updated ? a.id > b.id : a.updated > b.updated)

/** The first page, with the later rows that are known already; without them where so much is new that a gap is between. */
export function withFirst(known: SessionRows | undefined, rows: Session[], total: number): SessionRows {
  const last = rows.at(-1)
  if (!known || !last || rows.length >= total) return { rows, total }
  const fresh = new Set(rows.map((row) => row.id))
  if (!known.rows.some((row) => fresh.has(row.id))) return { rows, total }
  return { rows: [...rows, ...known.rows.filter((row) => !fresh.has(row.id) && isBefore(last, row))], total }
}

export function withNext(known: SessionRows, rows: Session[], total: number): SessionRows {
  const here = new Set(known.rows.map((row) => row.id))
  return { rows: [...known.rows, ...rows.filter((row) => !here.has(row.id))], total }
}

/** With one conversation as it is now, at its place. */
export function withRow(known: SessionRows, row: Session): SessionRows {
  const others = known.rows.filter((each) => each.id !== row.id)
  const isNew = others.length === known.rows.length
  const at = others.findIndex((each) => isBefore(row, each))
  const isBelow = at < 0 && others.length < known.total - 1
  if (isBelow && isNew) return known
  const place = at < 0 ? others.length : at
  return { rows: [...others.slice(0, place), row, ...others.slice(place)], total: known.total + (isNew ? 1 : 0) }
}

export function withoutRows(known: SessionRows, ids: ReadonlySet<string>): SessionRows {
  const rows = known.rows.filter((row) => !ids.has(row.id))
  return { rows, total: known.total - (known.rows.length - rows.length) }
}
