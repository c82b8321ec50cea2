import { reactive } from 'vue'
import { useI18n } from 'vue-i18n'
import { knowledgeDismissUnanswered, knowledgeReopenUnanswered } from '@/api'
import type { GroupOut, GroupsOut } from '@/api/generated'
import { queries, said } from '@/app/query'
import { useToasts } from '@/app/toasts'
import { useOffer } from '../offer'

export interface Draft {
  as: 'faq' | 'document'
  answer: string
  question: string
  collection_id: string
  document_id: string
  /** Wordings that do not become phrasings of the entry. */
  without: string[]
}

/** Answers that were begun, kept while one looks at other groups. */
const begun = reactive(new Map<string, Draft>())

export function draftOf(group: GroupOut): Draft {
  const known = begun.get(group.id)
  if (known) return known
  begun.set(group.id, { as: 'faq', answer: '', question: group.question.slice(0, 500), collection_id: '', document_id: '', without: [] })
  return begun.get(group.id)!
}

export function forget(id: string): void {
  begun.delete(id)
}

export function isBegun(id: string): boolean {
  return Boolean(begun.get(id)?.answer.trim())
}

/** The different ways in which a group's questions were put, the group's own question first left out. */
export function wordingsOf(group: GroupOut): string[] {
  const seen = new Set([plain(group.question)])
  return group.questions.map(({ text }) => text.trim()).filter((text) => text && text.length <= 500 && !seen.has(plain(text)) && seen.add(plain(text)))
}

export function bodyOf(draft: Draft, group: GroupOut) {
  const common = { answer: draft.answer.trim(), question: draft.question.trim(), collection_id: draft.collection_id || null }
  if (draft.as === 'document') return { ...common, as: 'document' as const, document_id: draft.document_id || null }
  return { ...common, as: 'faq' as const, phrasings: wordingsOf(group).filter((text) => !draft.without.includes(text)) }
}

/** The one to go to when `id` leaves the list: the next, or the last. */
export function nextOf(ids: string[], id: string): string | undefined {
  const at = ids.indexOf(id)
  return ids[at + 1] ?? ids[at - 1]
}

export const LIST = { queryKey: [{ _id: 'knowledgeListUnanswered' }] }

export function staleAll(): Promise<void> {
  return queries.invalidateQueries({ queryKey: [{ tags: ['knowledge'] }] })
}

/** Putting a group aside and bringing it back: at once, with the other as Undo. */
export function useSettling() {
  const { t } = useI18n()
  const toasts = useToasts()
  const offer = useOffer()

  function paint(id: string): void {
    queries.setQueriesData<GroupsOut>(LIST, (known) => known && { total: Math.max(0, known.total - 1), groups: known.groups.filter((each) => each.id !== id) })
  }
  async function send(id: string, isDismissing: boolean): Promise<boolean> {
    try {
      const call = isDismissing ? knowledgeDismissUnanswered : knowledgeReopenUnanswered
      await call({ path: { group_id: id }, throwOnError: true })
      return true
    } catch (error) {
      toasts.say(said(error), { kind: 'error' })
      return false
    } finally {
      void staleAll()
    }
  }
  return async function settle(group: GroupOut, isDismissing: boolean): Promise<void> {
    paint(group.id)
    if (!(await send(group.id, isDismissing))) return
    offer(t(isDismissing ? 'knowledge.unanswered.dismissed' : 'knowledge.unanswered.reopened'), t('action.undo'), () => send(group.id, !isDismissing))
  }
}

function plain(text: string): string {
  return text.toLowerCase().replace(/[\s\p{P}]+/gu, ' ').trim()
}
