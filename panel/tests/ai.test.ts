import { describe, expect, it } from 'vitest'
import { linksOf, moved, neverAsked, tidy } from '../src/ai/chain'
import { counted, diffLines } from '../src/ai/diff'
import { PARAMS, within } from '../src/ai/params'
import { faultOf, summaryOf } from '../src/ai/trial'
import type { KnowledgeRegressionResultOut, VerdictOut } from '../src/api/generated'

describe('a chain', () => {
  it('reads plain names and links alike', () => {
    const links = linksOf(['auto', { backend: 'local', when: { hours: '21:00-08:00', languages: [], sources: [], min_characters: null } }])
    expect(links).toEqual([{ backend: 'auto', when: {} }, { backend: 'local', when: { hours: '21:00-08:00' } }])
  })
  it('keeps a condition of zero characters, and drops what is empty', () => {
    expect(tidy({ min_characters: 0, max_characters: null, languages: [], hours: '' })).toEqual({ min_characters: 0 })
  })
  it('moves a link, and stays as it is beyond its ends', () => {
    expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a'])
    expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b'])
    expect(moved(['a'], 5, 0)).toEqual(['a'])
  })
  it('says which links are never asked', () => {
    const night = { backend: 'local', when: { hours: '21:00-08:00' } }
    const links = [night, { backend: 'cloud:a' }, { backend: 'cloud:a' }, { backend: 'local' }, { backend: 'none' }, { backend: 'auto' }]
    expect(links.map((_, at) => neverAsked(links, at))).toEqual([null, null, 'twice', null, null, 'closed'])
  })
})

describe('a diff', () => {
  const marked = (before: string, after: string): string[] => diffLines(before, after).map(({ kind, text }) => ({ same: ' ', added: '+', removed: '-' })[kind] + text)

  it('marks lines that came and went, in order', () => {
    expect(marked('one\ntwo\nthree\nfour', 'one\n2\nthree\nfour\nfive')).toEqual([' one', '-two', '+2', ' three', ' four', '+five'])
  })
  it('is all one kind from or to nothing', () => {
    expect(marked('', 'a\nb')).toEqual(['+a', '+b'])
    expect(marked('a', '')).toEqual(['-a'])
    expect(marked('', '')).toEqual([])
  })
  it('rebuilds both texts from what it says', () => {
    const before = 'a\nb\nc\na\nb\nb\na'
    const after = 'c\nb\na\nb\na\nc'
    const lines = diffLines(before, after)
    expect(lines.filter((line) => line.kind !== 'added').map((line) => line.text).join('\n')).toBe(before)
    expect(lines.filter((line) => line.kind !== 'removed').map((line) => line.text).join('\n')).toBe(after)
    expect(counted(lines)).toEqual({ added: 2, removed: 3 })
  })
  it('does not hang on texts without a common line', () => {
    const long = (mark: string): string => Array.from({ length: 5000 }, (_, at) => `${mark}${at}`).join('\n')
    expect(counted(diffLines(long('a'), long('b')))).toEqual({ added: 5000, removed: 5000 })
  })
})

describe('a trial', () => {
  const verdict = (id: string, was: boolean | null, is: boolean): VerdictOut => ({ question_id: id, question: id, was_passed: was, is_passed: is, has_fallen: was === true && !is, outcome: { answer: '', stage: 'llm', sources: [], faults: [] } })

  it('compares only what was asked before, and puts what became worse first', () => {
    const questions = [verdict('passes', true, true), verdict('rose', false, true), verdict('new', null, true), verdict('fell', true, false), verdict('fails', false, false)]
    const summary = summaryOf({ run_id: null, is_draft: true, questions, score: 0.6, score_before: 0.5, score_after: 0.5, has_fallen: true } as KnowledgeRegressionResultOut)
    expect(summary).toMatchObject({ asked: 5, passed: 3, compared: 4, before: 2, after: 2, hasFallen: true })
    expect(summary.rows.map((row) => row.kind)).toEqual(['fell', 'fails', 'rose', 'passes', 'passes'])
  })
  it('takes a fault apart', () => {
    expect(faultOf('lacks:300 ₽: ok')).toEqual({ key: 'lacks', about: '300 ₽: ok' })
    expect(faultOf('refused')).toEqual({ key: 'refused', about: '' })
  })
})

describe('a parameter', () => {
  it('stays within what is allowed', () => {
    const [temperature, tokens] = PARAMS
    expect(within(temperature!, '5')).toBe(2)
    expect(within(temperature!, '0.30000001')).toBe(0.3)
    expect(within(tokens!, '12.7')).toBe(13)
    expect(within(tokens!, '')).toBeNull()
    expect(within(tokens!, 'abc')).toBeNull()
  })
})
