import { recorded, rowsOf } from './data'
import { freshId, get, given, now, post, put, type Ask, type Route, type Row } from './http'
import { stored } from './knowledge'
import { answerTo } from './knowing'
import { tell } from './live'
import { page, rowOf, routesOf } from './tables'

const GROUPS = '/admin/knowledge/unanswered'
const REGRESSION = '/admin/knowledge/regression'
const CONTRADICTIONS = '/admin/knowledge/contradictions'
const groups = { at: GROUPS, rows: 'groups' }

function list({ query }: Ask): unknown {
  const by = query.get('sort') === 'last' ? 'last_asked' : 'count'
  const rows = rowsOf(GROUPS, 'groups').filter((group) => group.state === (query.get('state') ?? 'open') && (!query.get('reason') || (group.reasons as string[]).includes(query.get('reason')!)))
  rows.sort((a, b) => (by === 'count' ? Number(b.count) - Number(a.count) : String(b.last_asked).localeCompare(String(a.last_asked))))
  const { found, shown } = page(rows, new URLSearchParams([...query].filter(([name]) => ['q', 'limit', 'offset'].includes(name))))
  return { groups: shown, total: found.length }
}

function become(state: string, id: string, more: Row = {}): Row {
  const group = rowOf(groups, id)
  Object.assign(group, { state, settled: state === 'open' ? null : now(), ...more })
  tell('unanswered', 'update', id)
  return group
}

/** Closes a hole: by an entry of the FAQ, or by a document. */
function answer({ params, body }: Ask): unknown {
  const group = rowOf(groups, params[0]!)
  const { question = String(group.question), answer: text = '', title = question } = given(body) as Record<string, string>
  const isDocument = ['document_id', 'title'].some((name) => name in body) || body.kind === 'document'
  const collection_id = String(rowsOf('/admin/knowledge/collections', 'collections')[0]!.id)
  const entry = { id: freshId(), collection_id, question, answer: text, phrasings: [], keywords: [], priority: 0, enabled: true, hit_count: 0, last_hit: null, created: now(), updated: now() }
  const document = isDocument ? stored(title!, `${question}.md`, `# ${question}\n\n${text}`) : null
  if (!isDocument) rowsOf('/admin/faq', 'entries').unshift(entry)
  tell('faq', 'create', entry.id)
  const to = { faq_entry_id: isDocument ? null : entry.id, document_id: document ? String(document.id) : null }
  return { status: 'ok', question, ...to, collection_id, regression_question_id: freshId(), group: become('answered', params[0]!, to) }
}

function merge({ params, body }: Ask): unknown {
  const group = rowOf(groups, params[0]!)
  for (const id of body.group_ids as string[]) {
    const other = rowOf(groups, id)
    group.count = Number(group.count) + Number(other.count)
    group.questions = [...(group.questions as Row[]), ...(other.questions as Row[])]
    rowsOf(GROUPS, 'groups').splice(rowsOf(GROUPS, 'groups').indexOf(other), 1)
  }
  return { status: 'ok', group: become('open', params[0]!) }
}

function asked({ body }: Ask): unknown {
  const ids = body.question_ids as string[] | undefined
  const chosen = rowsOf(REGRESSION, 'questions').filter((each) => !ids?.length || ids.includes(String(each.id)))
  const questions = chosen.map((each) => {
    const known = answerTo(String(each.question))
    const faults = (each.answer_contains as string[]).filter((part) => !known.text.includes(part))
    const outcome = { answer: known.text, stage: known.by, sources: known.sources.map(({ title, quote }) => ({ title, quote: quote ?? '' })), faults }
    const was_passed = (each.is_passed as boolean | null) ?? null
    if (!body.draft) Object.assign(each, { is_passed: !faults.length, outcome, asked_at: now() })
    return { question_id: each.id, question: each.question, was_passed, is_passed: !faults.length, has_fallen: was_passed === true && faults.length > 0, outcome }
  })
  const score = questions.length ? questions.filter((each) => each.is_passed).length / questions.length : null
  return { run_id: body.draft ? null : freshId(), is_draft: Boolean(body.draft), questions, score, score_before: null, score_after: score, has_fallen: false }
}

const settled = (name: string, state: string): Route => post(`${CONTRADICTIONS}/:id/${name}`, ({ params }) => {
  const contradiction = rowOf({ at: CONTRADICTIONS, rows: 'contradictions' }, params[0]!)
  contradiction.state = state
  return { status: 'ok', contradiction }
})

export const unanswered: Route[] = [
  get(GROUPS, list),
  get(`${GROUPS}/:id`, ({ params }) => ({ status: 'ok', group: rowOf(groups, params[0]!) })),
  post(`${GROUPS}/:id/dismiss`, ({ params }) => ({ status: 'ok', group: become('dismissed', params[0]!) })),
  post(`${GROUPS}/:id/reopen`, ({ params }) => ({ status: 'ok', group: become('open', params[0]!) })),
  post(`${GROUPS}/:id/answer`, answer),
  post(`${GROUPS}/:id/merge`, merge),
  post(`${REGRESSION}/run`, asked),
  get(REGRESSION, () => {
    const rows = rowsOf(REGRESSION, 'questions')
    return { ...recorded(REGRESSION), total: rows.length, passed: rows.filter((each) => each.is_passed === true).length, failed: rows.filter((each) => each.is_passed === false).length }
  }),
  ...routesOf({
    at: REGRESSION, rows: 'questions', one: 'question', resource: 'regression',
    blank: { assistant_id: null, collection_id: null, document_id: null, faq_entry_id: null, answer_contains: [], answer_must_not_contain: [], must_refuse: false, is_passed: null, outcome: null, asked_at: null },
    saved: (question) => ({ status: 'ok', question }),
    gone: (deleted) => ({ status: 'ok', deleted }),
    without: ['list'],
  }),
  get(CONTRADICTIONS, () => recorded(CONTRADICTIONS)),
  settled('dismiss', 'dismissed'),
  settled('reopen', 'open'),
  get('/admin/knowledge/evaluation', () => recorded('/admin/knowledge/evaluation')),
  get('/admin/knowledge/embedding', () => recorded('/admin/knowledge/embedding')),
  put('/admin/knowledge/embedding', ({ body }) => Object.assign(recorded('/admin/knowledge/embedding'), given(body))),
  get('/admin/knowledge/reranker', () => recorded('/admin/knowledge/reranker')),
  put('/admin/knowledge/reranker', ({ body }) => Object.assign(recorded('/admin/knowledge/reranker'), body)),
]
