import { useI18n } from 'vue-i18n'
import { assistantsSettleRequest } from '@/api'
import type { RequestOut, RequestsOut } from '@/api/generated'
import { queries, said } from '@/app/query'
import { useToasts } from '@/app/toasts'
import type { Sort } from '@/lib/listQuery'

type Status = 'new' | 'done'

/** Requests that hold every word, in the order asked for. */
export function arranged(requests: RequestOut[], q: string, sort: Sort | undefined): RequestOut[] {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean)
  const fits = ({ question, name, contact, call_back }: RequestOut): boolean => {
    const text = `${question} ${name} ${contact} ${call_back}`.toLowerCase()
    return words.every((word) => text.includes(word))
  }
  const turn = sort?.isDown === false ? 1 : -1
  return requests.filter(fits).sort((a, b) => turn * a.created.localeCompare(b.created))
}

/** Marks requests at once, and offers to take it back. */
export function useSettling() {
  const { t } = useI18n()
  const toasts = useToasts()

  function paint(ids: Set<string>, status: Status): void {
    queries.setQueriesData<RequestsOut>({ queryKey: [{ _id: 'assistantsListRequests' }] }, (known) => known && { ...known, requests: known.requests.map((each) => (ids.has(each.id) ? { ...each, status } : each)) })
  }
  async function send(requests: RequestOut[], status: Status): Promise<boolean> {
    const ids = new Set(requests.map((each) => each.id))
    paint(ids, status)
    try {
      await Promise.all(requests.map(({ id }) => assistantsSettleRequest({ path: { request_id: id }, body: { status }, throwOnError: true })))
      return true
    } catch (error) {
      toasts.say(said(error), { kind: 'error' })
      return false
    } finally {
      await queries.invalidateQueries({ queryKey: [{ _id: 'assistantsListRequests' }] })
    }
  }
  return async function settle(requests: RequestOut[], status: Status): Promise<void> {
    if (!requests.length || !(await send(requests, status))) return
    const undo = { label: t('action.undo'), run: () => void send(requests, status === 'done' ? 'new' : 'done') }
    toasts.say(t(status === 'done' ? 'requests.settled' : 'requests.putBack', requests.length), { action: undo })
  }
}
