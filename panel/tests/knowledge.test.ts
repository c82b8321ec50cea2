import { describe, expect, it } from 'vitest'
import type { DocumentOut, EntryOut, GroupOut, ImportOut, ReportOut } from '../src/api/generated'
import { arranged as entriesArranged, bodyOf as entryBody, draftOf as entryDraft, kindOf } from '../src/features/faq/entries'
import { marked } from '../src/features/knowledge/contradictions/marked'
import { arranged, progressOf, worthTelling } from '../src/features/knowledge/documents/documents'
import { rowsOf } from '../src/features/knowledge/quality/figures'
import { diffOf, shortened } from '../src/features/knowledge/reader/diff'
import { segmentsOf } from '../src/features/knowledge/reader/segments'
import { bodyOf, draftOf, nextOf, wordingsOf } from '../src/features/knowledge/unanswered/groups'

const group = (texts: string[], more: Partial<GroupOut> = {}): GroupOut => ({ id: 'g1', question: texts[0]!, count: texts.length, questions: texts.map((text, at) => ({ text, message_id: `m${at}` })), ...more }) as unknown as GroupOut

describe('an FAQ entry', () => {
  it('is sent without empty lines, keywords cut at commas', () => {
    const draft = { ...entryDraft({ question: ' Есть парковка? ', answer: ' Да ' }), phrasings: [{ text: ' где стоять ', kind: 'exact' as const }, { text: '  ', kind: 'exact' as const }], keywords: 'парковка, двор;\nмашина ,' }
    expect(entryBody(draft)).toMatchObject({ trigger: 'Есть парковка?', response: 'Да', phrasings: [{ text: 'где стоять', kind: 'exact' }], keywords: ['парковка', 'двор', 'машина'] })
  })
  it('takes a star for a pattern and leaves expressions alone', () => {
    expect([kindOf('* доставка *', 'exact'), kindOf('доставка', 'wildcard'), kindOf('a.*b', 'regex')]).toEqual(['wildcard', 'exact', 'regex'])
  })
  it('is found by its state and stands in the order asked for', () => {
    const rows = [{ id: 'a', enabled: true, hit_count: 1 }, { id: 'b', enabled: false, hit_count: 9 }, { id: 'c', enabled: true, hit_count: 5 }] as EntryOut[]
    expect(entriesArranged([...rows], 'on', { by: 'hits', isDown: true }).map(({ id }) => id)).toEqual(['c', 'a'])
    expect(entriesArranged([...rows], '', undefined)).toHaveLength(3)
  })
})

describe('a document', () => {
  it('is cut at its passages, never within a table, a list or code', () => {
    const text = '# A\n\none\n\n## B\n\n| x | y |\n| - | - |\n| 1 | 2 |\n| 3 | 4 |\n\ntail\n'
    const at = (words: string): number => text.indexOf(words)
    const segments = segmentsOf(text, [{ id: 'p1', begins: 0 }, { id: 'p2', begins: at('## B') }, { id: 'p3', begins: at('| 3') }, { id: 'p4', begins: at('tail') + 2 }])
    expect(segments.map(({ chunks }) => chunks)).toEqual([['p1'], ['p2', 'p3', 'p4']])
    expect(segments.map((each) => each.text).join('')).toBe(text)
    expect(segmentsOf('```\na\nb\n```\n', [{ id: 'p1', begins: 0 }, { id: 'p2', begins: 6 }])).toHaveLength(1)
  })
  it('begins a passage with its heading', () => {
    const text = '# A\n\none\n\n## B\n\ntwo\n'
    expect(segmentsOf(text, [{ id: 'p1', begins: text.indexOf('one') }, { id: 'p2', begins: text.indexOf('two') }])).toEqual([{ text: '# A\n\none\n\n', chunks: ['p1'] }, { text: '## B\n\ntwo\n', chunks: ['p2'] }])
  })
  it('counts places as the backend does, where there are emoji', () => {
    expect(segmentsOf('😀😀\nsecond', [{ id: 'a', begins: 0 }, { id: 'b', begins: 3 }]).map(({ text }) => text)).toEqual(['😀😀\n', 'second'])
  })
  it('keeps every passage even where nothing can be cut', () => {
    expect(segmentsOf('one line', [{ id: 'a', begins: 0 }, { id: 'b', begins: 4 }])).toEqual([{ text: 'one line', chunks: ['a', 'b'] }])
  })
  it('is sorted by size and name', () => {
    const rows = [{ id: '1', title: 'Б', file_size_bytes: 1 }, { id: '2', title: 'А', file_size_bytes: 5 }] as DocumentOut[]
    expect(arranged([...rows], { by: 'size', isDown: true })[0]!.id).toBe('2')
    expect(arranged([...rows], { by: 'title', isDown: false })[0]!.title).toBe('А')
  })
})

describe('versions', () => {
  it('differ by lines', () => {
    expect(diffOf('a\nb\nc', 'a\nx\nc')).toEqual([{ kind: 'same', text: 'a' }, { kind: 'gone', text: 'b' }, { kind: 'new', text: 'x' }, { kind: 'same', text: 'c' }])
    expect(diffOf('', 'a')).toEqual([{ kind: 'gone', text: '' }, { kind: 'new', text: 'a' }])
    expect(diffOf('a\nb', 'a\nb').every(({ kind }) => kind === 'same')).toBe(true)
    expect(diffOf('1\n2\n3\n4', '2\n3\n9').map(({ kind, text }) => kind[0]! + text)).toEqual(['g1', 's2', 's3', 'g4', 'n9'])
  })
  it('are shown with a few lines around a change', () => {
    const old = Array.from({ length: 20 }, (_, at) => `line ${at}`)
    const now = old.with(10, 'changed')
    const shown = shortened(diffOf(old.join('\n'), now.join('\n')))
    expect(shown).toHaveLength(1 + 2 + 2 + 2 + 1)
    expect([shown[0], shown.at(-1)]).toEqual([null, null])
    expect(shortened(diffOf('a', 'a'))).toEqual([null])
  })
})

describe('imports', () => {
  const now = new Date('2026-11-22T12:00:00Z').getTime()
  it('tell what goes on and what failed lately', () => {
    const rows = [{ id: '1', state: 'running' }, { id: '2', state: 'done' }, { id: '3', state: 'dead', created: '2026-11-22T10:00:00Z' }, { id: '4', state: 'dead', created: '2026-11-20T10:00:00Z' }] as ImportOut[]
    expect(worthTelling(rows, now).map(({ id }) => id)).toEqual(['1', '3'])
  })
  it('say how far they are only when they know', () => {
    expect(progressOf({ progress: { done: 2, total: 9, current: 'x' } })).toEqual({ done: 2, total: 9, current: 'x' })
    expect(progressOf({ progress: null })).toBeUndefined()
  })
})

describe('unanswered questions', () => {
  it('become phrasings once each, without the question itself', () => {
    expect(wordingsOf(group(['Есть парковка?', 'есть парковка', 'Где стоять?', 'где стоять', '', 'x'.repeat(501)]))).toEqual(['Где стоять?'])
  })
  it('are answered by what was typed, also after looking at another', () => {
    const asked = group(['Есть парковка?', 'Где стоять?', 'Куда поставить машину?'])
    Object.assign(draftOf(asked), { answer: ' Во дворе. ', without: ['Где стоять?'] })
    expect(bodyOf(draftOf(asked), asked)).toEqual({ as: 'faq', answer: 'Во дворе.', question: 'Есть парковка?', collection_id: null, phrasings: ['Куда поставить машину?'] })
    draftOf(asked).as = 'document'
    expect(bodyOf(draftOf(asked), asked)).toEqual({ as: 'document', answer: 'Во дворе.', question: 'Есть парковка?', collection_id: null, document_id: null })
  })
  it('lead on to the next, or back to the last', () => {
    expect([nextOf(['a', 'b', 'c'], 'b'), nextOf(['a', 'b'], 'b'), nextOf(['a'], 'a')]).toEqual(['c', 'a', undefined])
  })
})

it('a value that differs is marked, whatever its case; else nothing', () => {
  expect(marked('Стоит 300 Рублей.', '300 рублей')).toEqual(['Стоит ', '300 Рублей', '.'])
  expect(marked('Стоит триста', '300')).toEqual(['Стоит триста', '', ''])
  expect(marked('Стоит', '')).toEqual(['Стоит', '', ''])
})

it('a report becomes rows with the change since the last run', () => {
  const scores = { questions: 4, recall_at_5: 1, mrr: null, latency_p50_ms: 165 }
  const report = { halves: [{ half: 'whole', product: { all: scores }, peer: { all: { recall_at_5: 0.5 } } }], changes: { figures: [{ half: 'whole', figure: 'recall@5', gain: 0.25 }, { half: 'tuning', figure: 'latency p50', gain: 3 }] } } as unknown as ReportOut
  const rows = rowsOf(report)
  expect(rows.find(({ id }) => id === 'recall_at_5')).toMatchObject({ ours: 1, peer: 0.5, gain: 0.25 })
  expect(rows.find(({ id }) => id === 'latency_p50_ms')).toMatchObject({ gain: null, peer: null })
  expect(rows.some(({ id }) => id === 'mrr')).toBe(false)
})
