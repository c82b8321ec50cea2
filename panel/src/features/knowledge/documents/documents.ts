import { reactive } from 'vue'
import { useI18n } from 'vue-i18n'
import { knowledgeDeleteDocument } from '@/api'
import type { DocumentOut, DocumentState, ImportOut } from '@/api/generated'
import { problemOf } from '@/api/problem'
import { queries } from '@/app/query'
import { deferred } from '@/app/undo'
import type { Sort } from '@/lib/listQuery'

/** What can be read, as the file dialog takes it. */
export const ACCEPT = '.md,.markdown,.txt,.html,.htm,.pdf,.docx,.xlsx,.csv,.pptx,.epub'
export const STATES: readonly DocumentState[] = ['waiting', 'reading', 'ready', 'failed']
export const SOURCES = ['upload', 'manual', 'url', 'wiki'] as const
export const KINDS = { waiting: 'plain', reading: 'accent', ready: 'ok', failed: 'danger' } as const

/** Deleted here, though the backend may not know yet. */
export const hidden = reactive(new Set<string>())

export function nameOf({ title, filename }: Pick<DocumentOut, 'title' | 'filename'>): string {
  return title || filename
}

export function arranged(documents: DocumentOut[], sort: Sort | undefined): DocumentOut[] {
  const shown = documents.filter(({ id }) => !hidden.has(id))
  if (!sort) return shown
  const turn = sort.isDown ? -1 : 1
  return shown.sort((a, b) => turn * compared(a, b, sort.by))
}

function compared(a: DocumentOut, b: DocumentOut, by: string): number {
  if (by === 'size') return a.file_size_bytes - b.file_size_bytes
  if (by === 'updated') return a.updated.localeCompare(b.updated)
  return nameOf(a).localeCompare(nameOf(b))
}

const RECENT_MS = 24 * 3600_000

/** What is worth a line: what goes on, and what failed within a day and is not told by its document's own state. */
export function worthTelling(imports: ImportOut[], now: number): ImportOut[] {
  return imports.filter((each) => isGoing(each) || (each.state === 'dead' && !each.document_id && now - new Date(each.created).getTime() < RECENT_MS))
}

export function isGoing({ state }: Pick<ImportOut, 'state'>): boolean {
  return state === 'queued' || state === 'running'
}

/** Numbers of a job's progress; undefined where it says none yet. */
export function progressOf(each: Pick<ImportOut, 'progress'>): { done: number; total: number; current: string } | undefined {
  const { done, total, current } = each.progress ?? {}
  if (typeof done !== 'number' || typeof total !== 'number') return undefined
  return { done, total, current: typeof current === 'string' ? current : '' }
}

export function useDeleting() {
  const { t } = useI18n()
  return function remove(documents: DocumentOut[]): void {
    documents.forEach(({ id }) => hidden.add(id))
    const text = documents.length === 1 ? t('knowledge.documents.deleted', { name: nameOf(documents[0]!).slice(0, 60) }) : t('knowledge.documents.deletedMany', documents.length)
    deferred(
      text,
      () => Promise.all(documents.map(removeOne)).finally(() => queries.invalidateQueries({ queryKey: [{ tags: ['knowledge'] }] })),
      () => documents.forEach(({ id }) => hidden.delete(id)),
    )
  }
}

async function removeOne({ id }: DocumentOut): Promise<void> {
  try {
    await knowledgeDeleteDocument({ path: { doc_id: id }, throwOnError: true })
  } catch (error) {
    if (problemOf(error).status !== 404) throw error
  }
}
