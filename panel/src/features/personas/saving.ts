import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { llmChangePreset, llmCreatePreset, llmReadPreset, llmResetPersonaPrompt, llmRestorePersonaVersion, llmSavePersonaPrompt } from '@/api'
import type { PresetOut } from '@/api/generated'
import { llmReadPresetQueryKey } from '@/api/generated/@tanstack/vue-query.gen'
import { queries, said } from '@/app/query'
import { useToasts } from '@/app/toasts'
import { refresh } from './actions'
import { changesOf, valuesOf, type Values } from './personas'

/** Stores a persona, and brings back what its prompt said. */
export function usePersonaSaving(persona: () => PresetOut | null) {
  const { t } = useI18n()
  const router = useRouter()
  const toasts = useToasts()
  let made = ''
  let last: PresetOut | null = null

  function show(preset: PresetOut): void {
    queries.setQueryData(llmReadPresetQueryKey({ path: { preset_id: preset.id } }), { status: 'ok', preset })
    void refresh()
  }
  async function send(values: Values): Promise<void> {
    const before = persona()
    const fields = changesOf(values, before)
    const { data } = before ? await llmChangePreset({ path: { preset_id: before.id }, body: fields, throwOnError: true }) : await llmCreatePreset({ body: fields, throwOnError: true })
    last = before
    made = before ? '' : data.preset.id
    show(data.preset)
  }
  async function putBack(before: PresetOut): Promise<void> {
    try {
      const { data } = await llmChangePreset({ path: { preset_id: before.id }, body: changesOf(valuesOf(before), null), throwOnError: true })
      show(data.preset)
    } catch (error) {
      toasts.say(said(error), { kind: 'error' })
    }
  }
  function saved(): void {
    const before = last
    const action = before ? { label: t('action.undo'), run: () => void putBack(before) } : undefined
    toasts.say(t(made ? 'personas.made' : 'personas.saved'), { action })
    if (made) void router.replace(`/personas/${encodeURIComponent(made)}`)
  }
  /** Changes the prompt on the server, and offers to take it back. */
  async function changed(work: (id: string) => Promise<unknown>, text: string): Promise<boolean> {
    const before = persona()
    if (!before) return false
    const path = { persona: before.id }
    const reread = async (): Promise<void> => show((await llmReadPreset({ path: { preset_id: before.id }, throwOnError: true })).data.preset)
    const putPromptBack = async (): Promise<void> => {
      await llmSavePersonaPrompt({ path, body: { prompt: { ru: before.prompts.ru ?? '', en: before.prompts.en ?? '' } }, throwOnError: true })
      await reread()
    }
    try {
      await work(before.id)
      await reread()
      toasts.say(text, { action: { label: t('action.undo'), run: () => void putPromptBack().catch((error: unknown) => toasts.say(said(error), { kind: 'error' })) } })
      return true
    } catch (error) {
      toasts.say(said(error), { kind: 'error' })
      return false
    }
  }
  const reset = (): Promise<boolean> => changed((id) => llmResetPersonaPrompt({ path: { persona: id }, throwOnError: true }), t('personas.wasReset'))
  const restore = (version: string): Promise<boolean> => changed((id) => llmRestorePersonaVersion({ path: { persona: id, version_id: version }, throwOnError: true }), t('personas.wasRestored'))
  return { send, saved, show, reset, restore }
}
