import { ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { assistantsChangeAssistant, assistantsListAssistants, llmActivatePreset, llmChangePreset, llmCreatePreset, llmRemovePreset } from '@/api'
import type { AssistantOut, PresetOut } from '@/api/generated'
import { queries, said } from '@/app/query'
import { useToasts } from '@/app/toasts'
import { deferred } from '@/app/undo'

/** What can be done to a persona. */
export function usePersonaActions() {
  const { t } = useI18n()
  const toasts = useToasts()
  const gone = ref(new Set<string>())
  const short = (row: PresetOut): string => row.name.slice(0, 60)

  async function guarded<T>(work: () => Promise<T>): Promise<T | null> {
    try {
      return await work()
    } catch (error) {
      toasts.say(said(error), { kind: 'error' })
      return null
    } finally {
      await refresh()
    }
  }
  /** The default assistant as it is before: taking back puts its persona, prompt and parameters back. */
  async function activate(row: PresetOut): Promise<void> {
    const before = await guarded(async () => (await assistantsListAssistants({ throwOnError: true })).data.assistants.find((each) => each.is_default) ?? null)
    if (!(await guarded(() => llmActivatePreset({ path: { preset_id: row.id }, throwOnError: true })))) return
    toasts.say(t('personas.activated', { name: short(row) }), before ? { action: { label: t('action.undo'), run: () => void putBack(before) } } : {})
  }
  async function putBack({ id, persona_id, system_prompt, llm_params }: AssistantOut): Promise<void> {
    await guarded(() => assistantsChangeAssistant({ path: { assistant_id: id }, body: { persona_id, system_prompt, llm_params }, throwOnError: true }))
  }
  async function toggle(row: PresetOut, enabled = !row.enabled): Promise<void> {
    if (!(await guarded(() => llmChangePreset({ path: { preset_id: row.id }, body: { enabled }, throwOnError: true })))) return
    toasts.say(t(enabled ? 'personas.switchedOn' : 'personas.switchedOff', { name: short(row) }), { action: { label: t('action.undo'), run: () => void toggle(row, !enabled) } })
  }
  async function copy(row: PresetOut): Promise<string> {
    const { description, temperature, max_tokens, top_p, repetition_penalty } = row
    const name = t('personas.copyName', { name: row.name }).slice(0, 100)
    const body = { name, description, system_prompt: { ru: row.prompts.ru ?? '', en: row.prompts.en ?? '' }, temperature, max_tokens, top_p, repetition_penalty }
    const made = await guarded(async () => (await llmCreatePreset({ body, throwOnError: true })).data.preset)
    return made?.id ?? ''
  }
  function remove(row: PresetOut): void {
    gone.value = new Set([...gone.value, row.id])
    const show = (): void => void (gone.value = new Set([...gone.value].filter((id) => id !== row.id)))
    const commit = async (): Promise<void> => {
      await llmRemovePreset({ path: { preset_id: row.id }, throwOnError: true })
      await refresh()
    }
    deferred(t('personas.deleted', { name: short(row) }), commit, show)
  }
  return { gone, activate, toggle, copy, remove }
}

export function refresh(): Promise<void> {
  return queries.invalidateQueries({ predicate: ({ queryKey }) => ((queryKey[0] as { tags?: string[] })?.tags ?? []).some((tag) => tag === 'llm' || tag === 'assistants') })
}
