import { ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { assistantsCreateAssistant, assistantsDeleteAssistant } from '@/api'
import type { AssistantOut } from '@/api/generated'
import { queries, said } from '@/app/query'
import { useToasts } from '@/app/toasts'
import { deferred } from '@/app/undo'
import { fieldsOf, valuesOf } from './assistants'

/** What can be done to an assistant beside editing it. */
export function useAssistantActions() {
  const { t } = useI18n()
  const toasts = useToasts()
  const gone = ref(new Set<string>())

  function remove(row: AssistantOut): void {
    gone.value = new Set([...gone.value, row.id])
    const show = (): void => void (gone.value = new Set([...gone.value].filter((id) => id !== row.id)))
    const commit = async (): Promise<void> => {
      await assistantsDeleteAssistant({ path: { assistant_id: row.id }, throwOnError: true })
      await refresh()
    }
    deferred(t('assistants.deleted', { name: row.name.slice(0, 60) }), commit, show)
  }
  /** The id of the copy; empty when it was not made. */
  async function copy(row: AssistantOut): Promise<string> {
    try {
      const body = { ...fieldsOf(valuesOf(row)), name: t('assistants.copyName', { name: row.name }).slice(0, 100) }
      const { data } = await assistantsCreateAssistant({ body, throwOnError: true })
      void refresh()
      return data.assistant.id
    } catch (error) {
      toasts.say(said(error), { kind: 'error' })
      return ''
    }
  }
  return { gone, remove, copy }
}

export function refresh(): Promise<void> {
  return queries.invalidateQueries({ predicate: ({ queryKey }) => ((queryKey[0] as { tags?: string[] })?.tags ?? []).some((tag) => tag === 'assistants' || tag === 'llm') })
}
