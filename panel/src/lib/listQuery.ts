import { computed, type ComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'

export interface Sort {
  by: string
  isDown: boolean
}

const PAGE = 50

/** A list's search, filters, sort and page, kept in the address bar (`?q=…&status=new&sort=-created&page=2`).
 *
 * `defaults` names the filters and their values when the address says nothing.
 */
export function useListQuery<Filters extends Record<string, string>>(defaults: Filters, options: { limit?: number; sort?: Sort } = {}) {
  const route = useRoute()
  const router = useRouter()
  const limit = options.limit ?? PAGE
  const read = (name: string): string => {
    const value = route.query[name]
    return (Array.isArray(value) ? value[0] : value) ?? ''
  }

  function write(changes: Record<string, string>, isNewPage = false): void {
    const query = { ...route.query, ...(isNewPage ? {} : { page: '' }), ...changes }
    const kept = Object.entries(query).filter(([name, value]) => value && value !== (defaults[name] ?? ''))
    void router.replace({ query: Object.fromEntries(kept) })
  }

  const q = computed({ get: () => read('q'), set: (value: string) => write({ q: value }) })
  const page = computed({ get: () => Math.max(1, Number(read('page')) || 1), set: (value: number) => write({ page: value > 1 ? String(value) : '' }, true) })
  const sort = computed<Sort | undefined>({
    get: () => {
      const said = read('sort')
      return said ? { by: said.replace(/^-/, ''), isDown: said.startsWith('-') } : options.sort
    },
    set: (value) => write({ sort: value ? `${value.isDown ? '-' : ''}${value.by}` : '' }),
  })
  const filters = computed(() => Object.fromEntries(Object.keys(defaults).map((name) => [name, read(name) || defaults[name]])) as Filters)
  const isFiltered = computed(() => Boolean(q.value) || Object.keys(defaults).some((name) => filters.value[name] !== defaults[name]))

  function setFilter<Name extends keyof Filters & string>(name: Name, value: string): void {
    write({ [name]: value })
  }
  function clear(): void {
    write(Object.fromEntries(['q', ...Object.keys(defaults)].map((name) => [name, ''])))
  }

  const offset: ComputedRef<number> = computed(() => (page.value - 1) * limit)
  return { q, page, sort, filters, setFilter, isFiltered, clear, limit, offset }
}
