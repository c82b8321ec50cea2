import { useI18n } from 'vue-i18n'
import { localModelsCancelLocalModelPull, localModelsDeleteLocalModel, localModelsPullLocalModel, localModelsUseLocalModel } from '@/api'
import type { LocalModelOut, PullIn } from '@/api/generated'
import { confirm } from '@/app/confirm'
import { queries, said } from '@/app/query'
import { useToasts } from '@/app/toasts'

/** What can be done to models on this machine's disk. */
export function useLocalActions() {
  const { t } = useI18n()
  const toasts = useToasts()

  async function guarded(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work()
      return true
    } catch (error) {
      toasts.say(said(error), { kind: 'error' })
      return false
    } finally {
      await queries.invalidateQueries({ queryKey: [{ _id: 'localModelsListLocalModels' }] })
    }
  }
  const pull = (body: PullIn): Promise<boolean> => guarded(() => localModelsPullLocalModel({ body, throwOnError: true }))
  const cancel = (id: string): Promise<boolean> => guarded(() => localModelsCancelLocalModelPull({ path: { job_id: id }, throwOnError: true }))

  async function use(name: string, before?: string): Promise<void> {
    if (!(await guarded(() => localModelsUseLocalModel({ path: { name }, throwOnError: true })))) return
    toasts.say(t('models.local.used', { name }), before && before !== name ? { action: { label: t('action.undo'), run: () => void use(before) } } : {})
  }
  async function remove(model: LocalModelOut): Promise<void> {
    const name = model.installed!.name
    const isRunning = model.running !== null
    const isSure = await confirm({ title: t('models.local.deleteTitle', { name: model.title.slice(0, 80) }), text: t(isRunning ? 'models.local.deleteRunning' : 'models.local.deleteText'), action: t('action.delete'), isDangerous: true })
    if (isSure) await guarded(() => localModelsDeleteLocalModel({ path: { name }, query: { unload: isRunning }, throwOnError: true }))
  }
  return { pull, cancel, use, remove }
}
