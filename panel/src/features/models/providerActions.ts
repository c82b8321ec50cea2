import { ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { llmChangeProvider, llmRemoveProvider, llmSetDefaultProvider } from '@/api'
import type { ProviderOut, ProvidersOut } from '@/api/generated'
import { queries, said } from '@/app/query'
import { useToasts } from '@/app/toasts'
import { deferred } from '@/app/undo'

const LIST = [{ _id: 'llmListProviders' }]

/** What can be done to a provider from its row, at once and to be taken back. */
export function useProviderActions() {
  const { t } = useI18n()
  const toasts = useToasts()
  const gone = ref(new Set<string>())

  function paint(change: (row: ProviderOut) => ProviderOut): void {
    queries.setQueriesData<ProvidersOut>({ queryKey: LIST }, (known) => known && { ...known, providers: known.providers.map(change) })
  }
  async function guarded(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work()
      return true
    } catch (error) {
      toasts.say(said(error), { kind: 'error' })
      return false
    } finally {
      await refreshLlm()
    }
  }
  function remove(row: ProviderOut): void {
    const show = (): void => void (gone.value = new Set([...gone.value].filter((id) => id !== row.id)))
    gone.value = new Set([...gone.value, row.id])
    const commit = async (): Promise<void> => {
      await llmRemoveProvider({ path: { provider_id: row.id }, throwOnError: true })
      await refreshLlm()
    }
    deferred(t('models.deleted', { name: row.name.slice(0, 60) }), commit, show)
  }
  async function makeDefault(row: ProviderOut, before?: ProviderOut): Promise<void> {
    const known = queries.getQueriesData<ProvidersOut>({ queryKey: LIST }).flatMap(([, data]) => data?.providers ?? [])
    const last = before ?? known.find((each) => each.is_default && each.owner_id === row.owner_id && each.id !== row.id)
    paint((each) => (each.owner_id === row.owner_id ? { ...each, is_default: each.id === row.id } : each))
    if (!(await guarded(() => llmSetDefaultProvider({ path: { provider_id: row.id }, throwOnError: true })))) return
    toasts.say(t('models.madeDefault', { name: row.name.slice(0, 60) }), last ? { action: { label: t('action.undo'), run: () => void makeDefault(last, row) } } : {})
  }
  async function toggle(row: ProviderOut): Promise<void> {
    const enabled = !row.enabled
    paint((each) => (each.id === row.id ? { ...each, enabled } : each))
    if (!(await guarded(() => llmChangeProvider({ path: { provider_id: row.id }, body: { enabled }, throwOnError: true })))) return
    toasts.say(t(enabled ? 'models.switchedOn' : 'models.switchedOff', { name: row.name.slice(0, 60) }), { action: { label: t('action.undo'), run: () => void toggle({ ...row, enabled }) } })
  }
  return { gone, remove, makeDefault, toggle }
}

/** All that depends on who can answer. */
export function refreshLlm(): Promise<void> {
  return queries.invalidateQueries({ predicate: ({ queryKey }) => (queryKey[0] as { tags?: string[] })?.tags?.includes('llm') ?? false })
}
