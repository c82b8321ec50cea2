import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { assistantsChangeAssistant, assistantsCreateAssistant } from '@/api'
import type { AssistantOut } from '@/api/generated'
import { assistantsReadAssistantQueryKey } from '@/api/generated/@tanstack/vue-query.gen'
import { queries, said } from '@/app/query'
import { useToasts } from '@/app/toasts'
import { refresh } from './actions'
import { changesOf, fieldsOf, valuesOf, type Values } from './assistants'

/** Stores an assistant, and offers to take it back. */
export function useAssistantSaving(assistant: () => AssistantOut | null) {
  const { t } = useI18n()
  const router = useRouter()
  const toasts = useToasts()
  let made = ''
  let before: AssistantOut | null = null

  function show(row: AssistantOut): void {
    queries.setQueryData(assistantsReadAssistantQueryKey({ path: { assistant_id: row.id } }), { assistant: row })
    void refresh()
  }
  async function send(values: Values): Promise<void> {
    before = assistant()
    const body = changesOf(values, before)
    const { data } = before ? await assistantsChangeAssistant({ path: { assistant_id: before.id }, body, throwOnError: true }) : await assistantsCreateAssistant({ body, throwOnError: true })
    made = before ? '' : data.assistant.id
    show(data.assistant)
  }
  async function putBack(row: AssistantOut): Promise<void> {
    try {
      const { data } = await assistantsChangeAssistant({ path: { assistant_id: row.id }, body: fieldsOf(valuesOf(row)), throwOnError: true })
      show(data.assistant)
    } catch (error) {
      toasts.say(said(error), { kind: 'error' })
    }
  }
  function saved(): void {
    const last = before
    if (last) return void toasts.say(t('assistants.saved'), { action: { label: t('action.undo'), run: () => void putBack(last) } })
    toasts.say(t('assistants.made'))
    void router.replace(`/assistants/${encodeURIComponent(made)}`)
  }
  return { send, saved, show }
}
