export interface Column<Row> {
  id: string
  label: string
  /** What the cell says when no slot `cell-<id>` draws it. */
  text?: (row: Row) => string | number
  isSortable?: boolean
  isNumber?: boolean
  /** Tailwind classes of the cells, such as `w-32` or `max-md:hidden`. */
  class?: string
}
