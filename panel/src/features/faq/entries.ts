import { reactive } from 'vue'
import { useI18n } from 'vue-i18n'
import { faqChangeEntry, faqDeleteEntry } from '@/api'
import type { EntryOut, FaqOut, Phrasing } from '@/api/generated'
import { problemOf } from '@/api/problem'
import { queries, said } from '@/app/query'
import { useToasts } from '@/app/toasts'
import { deferred } from '@/app/undo'
import type { Sort } from '@/lib/listQuery'

export type Kind = NonNullable<Phrasing['kind']>

/** What an editor holds: everything of an entry that a person writes. */
export interface Draft {
  question: string
  answer: string
  phrasings: { text: string; kind: Kind }[]
  keywords: string
  priority: number
  enabled: boolean
  collection_id: string
}

/** The words in braces that an answer may have. */
export const TEMPLATES = ['current_time', 'current_date', 'day_of_week', 'company', 'phone', 'address', 'hours'] as const

/** Deleted here, though the backend may not know yet. */
export const hidden = reactive(new Set<string>())

export function draftOf(entry: Partial<EntryOut>): Draft {
  return {
    question: entry.question ?? '',
    answer: entry.answer ?? '',
    phrasings: (entry.phrasings ?? []).map(({ text, kind }) => ({ text, kind: kind ?? 'exact' })),
    keywords: (entry.keywords ?? []).join(', '),
    priority: entry.priority ?? 0,
    enabled: entry.enabled ?? true,
    collection_id: entry.collection_id ?? '',
  }
}

/** As the backend takes it. Lines without words are left out. */
export function bodyOf(draft: Draft) {
  return {
    trigger: draft.question.trim(),
    response: draft.answer.trim(),
    phrasings: draft.phrasings.filter(({ text }) => text.trim()).map(({ text, kind }) => ({ text: text.trim(), kind })),
    keywords: draft.keywords.split(/[,;\n]/).map((word) => word.trim()).filter(Boolean),
    priority: Number(draft.priority) || 0,
    enabled: draft.enabled,
  }
}

/** How a phrasing that was just typed is compared: a star makes it a pattern. */
export function kindOf(text: string, kind: Kind): Kind {
  if (kind === 'regex') return kind
  return text.includes('*') ? 'wildcard' : 'exact'
}

export function arranged(entries: EntryOut[], state: string, sort: Sort | undefined): EntryOut[] {
  const shown = entries.filter((entry) => !hidden.has(entry.id) && (!state || entry.enabled === (state === 'on')))
  if (!sort) return shown
  const turn = sort.isDown ? -1 : 1
  return shown.sort((a, b) => turn * compared(a, b, sort.by))
}

function compared(a: EntryOut, b: EntryOut, by: string): number {
  if (by === 'hits') return a.hit_count - b.hit_count
  if (by === 'priority') return a.priority - b.priority
  if (by === 'updated') return a.updated.localeCompare(b.updated)
  return a.question.localeCompare(b.question)
}

/** Switching on and off at once, deleting with a way back. */
export function useEntries() {
  const { t } = useI18n()
  const toasts = useToasts()
  const key = { queryKey: [{ _id: 'faqListFaq' }] }
  const name = (entry: EntryOut): string => entry.question.slice(0, 60)

  function paint(id: string, enabled: boolean): void {
    queries.setQueriesData<FaqOut>(key, (known) => known && { ...known, entries: known.entries.map((each) => (each.id === id ? { ...each, enabled } : each)) })
  }
  async function setEnabled(entry: EntryOut, enabled: boolean): Promise<void> {
    paint(entry.id, enabled)
    try {
      const body = { ...bodyOf(draftOf(entry)), keywords: entry.keywords, enabled, updated: entry.updated }
      await faqChangeEntry({ path: { trigger: entry.question }, query: { collection_id: entry.collection_id }, body, throwOnError: true })
    } catch (error) {
      toasts.say(said(error), { kind: 'error' })
    } finally {
      await queries.invalidateQueries(key)
    }
  }
  function remove(entries: EntryOut[]): void {
    entries.forEach(({ id }) => hidden.add(id))
    const text = entries.length === 1 ? t('faq.deleted', { name: name(entries[0]!) }) : t('faq.deletedMany', entries.length)
    deferred(text, () => Promise.all(entries.map(removeOne)).finally(() => queries.invalidateQueries(key)), () => entries.forEach(({ id }) => hidden.delete(id)))
  }
  return { setEnabled, remove }
}

async function removeOne({ question, collection_id }: EntryOut): Promise<void> {
  try {
    await faqDeleteEntry({ path: { trigger: question }, query: { collection_id }, throwOnError: true })
  } catch (error) {
    if (problemOf(error).status !== 404) throw error // gone already is what was wanted
  }
}
