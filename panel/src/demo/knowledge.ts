import { recorded, rowsOf } from './data'
import { file, freshId, get, notFound, now, post, put, type Ask, type Route, type Row } from './http'
import { hit, likeness, stems } from './knowing'
import { tell } from './live'
import { rowOf, routesOf } from './tables'

const FAQ = '/admin/faq'
const COLLECTIONS = '/admin/knowledge/collections'
const DOCUMENTS = '/admin/wiki-rag/documents'
const IMPORTS = '/admin/wiki-rag/imports'
const documents = { at: DOCUMENTS, rows: 'documents' }
const ENOUGH = 0.3

function standard(): string {
  return String(rowsOf(COLLECTIONS, 'collections')[0]?.id ?? '')
}

const phrasings = (given: unknown): unknown => ((given as (string | Row)[]) ?? []).map((each) => (typeof each === 'string' ? { text: each, kind: 'exact' } : each))

const faq = routesOf({
  at: FAQ,
  rows: 'entries',
  one: '',
  resource: 'faq',
  key: 'question',
  search: ['question', 'answer', 'phrasings', 'keywords'],
  take: (body, row) => {
    const { id, created, updated } = row
    const kept = { phrasings: [], keywords: [], priority: 0, enabled: true, hit_count: 0, last_hit: null, collection_id: standard(), ...('question' in row ? row : { id, created, updated }) }
    const more = Object.fromEntries(['keywords', 'priority', 'enabled', 'collection_id'].filter((name) => body[name] !== null && body[name] !== undefined).map((name) => [name, body[name]]))
    return { ...kept, question: body.trigger, answer: body.response, ...more, phrasings: body.phrasings ? phrasings(body.phrasings) : kept.phrasings }
  },
  saved: (entry) => ({ status: 'ok', trigger: entry.question, entry }),
  gone: (deleted) => ({ status: 'ok', deleted }),
  without: ['read'],
})

function tried({ body }: Ask): unknown {
  const found = hit(String(body.text))
  const explanation = { words: [...(String(body.text).toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])], stems: [...stems(String(body.text))], others: [] }
  if (!found) return { match: false, response: null, entry: null, matched_by: null, phrasing: null, explanation }
  return { match: true, response: found.entry.answer, entry: found.entry, matched_by: 'keywords', phrasing: found.phrasing, explanation }
}

/** A document that was dropped, pasted or named; its text can be searched at once. */
export function stored(title: string, filename: string, content: string, more: Row = {}): Row {
  const id = freshId()
  const sections = content.split(/\n(?=#)/).filter((part) => part.trim())
  const row = {
    id, filename, title, source_type: 'manual', source_url: '', owner_id: null, state: 'ready', fault: '', fault_text: '', language: 'ru', version: 1,
    file_size_bytes: new TextEncoder().encode(content).length, section_count: sections.length, collection_ids: [standard()], created: now(), updated: now(), ...more,
  }
  const chunks = sections.map((text, position) => ({ id: freshId(), position, heading: /^#+\s*(.+)/.exec(text)?.[1] ?? '', text: text.replace(/^#.*\n+/, ''), begins: content.indexOf(text), ends: content.indexOf(text) + text.length }))
  rowsOf(DOCUMENTS, 'documents').unshift(row)
  Object.assign(recorded(`${DOCUMENTS}/${id}/chunks`), { chunks, total: chunks.length })
  Object.assign(recorded(`${DOCUMENTS}/${id}/content`), { id, version: 1, title, content })
  Object.assign(recorded(`${DOCUMENTS}/${id}/versions`), { versions: [{ number: 1, title, author_id: null, created: now() }], total: 1 })
  tell('document', 'create', id)
  return row
}

async function uploaded({ form }: Ask): Promise<unknown> {
  const given = [...(form?.values() ?? [])].find((value): value is File => value instanceof File)
  if (!given) throw notFound()
  const isText = /\.(md|txt|csv|html?)$/i.test(given.name)
  const document = stored(given.name.replace(/\.[^.]+$/, ''), given.name, isText ? await given.text() : given.name, { source_type: 'upload' })
  const job = { id: freshId(), kind: 'upload', state: 'done', progress: null, fault: '', fault_text: '', document_id: document.id, url: null, created: now(), finished: now() }
  rowsOf(IMPORTS, 'imports').unshift(job)
  return { status: 'ok', document, job_id: job.id }
}

/** Passages by the words that they share with the question. */
function found({ body }: Ask): unknown {
  const asked = stems(String(body.query))
  const all = rowsOf(DOCUMENTS, 'documents').flatMap((document) =>
    (recorded(`${DOCUMENTS}/${document.id}/chunks`).chunks as Row[]).map((chunk) => ({ document, chunk, score: likeness(asked, new Set([...asked].filter((stem) => stems(`${chunk.heading} ${chunk.text}`).has(stem)))) })),
  )
  const best = all.filter((each) => each.score > ENOUGH).sort((a, b) => b.score - a.score).slice(0, Number(body.top_k) || 5)
  const results = best.map(({ document, chunk, score }) => ({
    title: document.title, heading: chunk.heading, body: chunk.text, source_file: document.filename, source_url: document.source_url, score: Math.round(score * 1000) / 1000,
    engine: 'words', document_id: document.id, chunk_id: chunk.id,
  }))
  return { results, query: body.query, is_answer: results.length > 0 }
}

function changed({ params, body }: Ask): unknown {
  const document = rowOf(documents, params[0]!)
  for (const name of ['title', 'collection_ids']) if (body[name]) document[name] = body[name]
  if (body.content) Object.assign(recorded(`${DOCUMENTS}/${params[0]}/content`), { content: body.content })
  document.updated = now()
  tell('document', 'update', params[0])
  return { status: 'ok', document }
}

const part = (name: string): Route => get(`${DOCUMENTS}/:id/${name}`, ({ params }) => recorded(`${DOCUMENTS}/${params[0]}/${name}`))

export const knowledge: Route[] = [
  get(`${FAQ}/export`, () => file(JSON.stringify(Object.fromEntries(rowsOf(FAQ, 'entries').map((each) => [each.question, each.answer])), null, 2), 'faq.json', 'application/json')),
  post(`${FAQ}/test`, tried),
  post(`${FAQ}/reload`, () => ({ status: 'ok', count: rowsOf(FAQ, 'entries').length })),
  ...faq,
  ...routesOf({
    at: COLLECTIONS, rows: 'collections', one: 'collection', resource: 'knowledge_collection',
    blank: { description: '', is_default: false, documents: 0, questions: 0 },
    saved: (collection) => ({ status: 'ok', collection }),
    gone: (deleted) => ({ status: 'ok', deleted, documents_kept: 0 }),
  }),
  post(`${DOCUMENTS}/text`, ({ body }) => ({ status: 'ok', document: stored(String(body.title), `${String(body.title)}.md`, String(body.content)) })),
  post(`${DOCUMENTS}/upload`, uploaded),
  ...['chunks', 'content', 'versions'].map(part),
  get(`${DOCUMENTS}/:id/versions/:number`, ({ params }) => ({ version: (recorded(`${DOCUMENTS}/${params[0]}/versions`).versions as Row[])[0], content: recorded(`${DOCUMENTS}/${params[0]}/content`).content })),
  put(`${DOCUMENTS}/:id/collections`, changed),
  get(`${DOCUMENTS}/:id`, ({ params }) => ({ document: rowOf(documents, params[0]!), content_preview: String(recorded(`${DOCUMENTS}/${params[0]}/content`).content ?? '').slice(0, 500) })),
  put(`${DOCUMENTS}/:id`, changed),
  ...routesOf({ ...documents, one: '', resource: 'document', search: ['title', 'filename'], gone: (deleted) => ({ status: 'ok', deleted, documents_kept: null }), without: ['add', 'read', 'change'] }),
  get('/admin/wiki-rag/stats', () => recorded('/admin/wiki-rag/stats')),
  get('/admin/wiki-rag/sites', () => recorded('/admin/wiki-rag/sites')),
  post('/admin/wiki-rag/search', found),
  post('/admin/wiki-rag/reload', () => ({ status: 'ok', job_id: freshId(), sections: 6, files: rowsOf(DOCUMENTS, 'documents').length })),
  post('/admin/wiki-rag/reindex-embeddings', () => ({ status: 'ok', job_id: freshId(), count: 6, engine: 'words' })),
  ...routesOf({ at: IMPORTS, rows: 'imports', one: '', resource: 'job', without: ['add', 'change', 'delete'] }),
]
