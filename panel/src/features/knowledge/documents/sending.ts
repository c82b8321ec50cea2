import { knowledgeCancelImport, knowledgeReadDocument, Problem } from '@/api'
import type { AskedOut } from '@/api/generated'
import { upload } from '@/lib/upload'

const LOOK_MS = 700
const PATIENCE_MS = 25_000
const SENT = 0.9

/** Sends a file and waits a while for it to be read, so that what is wrong with it is said beside its name. One that takes
 * longer goes on being read: the list tells how far it is. Cancelling stops the reading, too. */
export async function sendAndRead(file: File, collections: string[] | null, onProgress: (share: number) => void, signal: AbortSignal): Promise<void> {
  const body = new FormData()
  collections?.forEach((id) => body.append('collection_ids', id))
  body.append('file', file)
  const asked = await upload<AskedOut>('/admin/wiki-rag/documents/upload', body, (share) => onProgress(share * SENT), signal)
  const until = Date.now() + PATIENCE_MS
  while (asked.job_id && Date.now() < until) {
    await pause(LOOK_MS)
    if (signal.aborted) return stop(asked.job_id)
    const { data } = await knowledgeReadDocument({ path: { doc_id: asked.document.id }, throwOnError: true })
    if (data.document.state === 'failed') throw new Problem({ detail: data.document.fault_text || data.document.fault }, new Response(null, { status: 422 }))
    if (data.document.state === 'ready') return
  }
}

async function stop(job: string): Promise<void> {
  await knowledgeCancelImport({ path: { job_id: job }, throwOnError: false }).catch(() => undefined)
  throw new DOMException('cancelled', 'AbortError')
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
