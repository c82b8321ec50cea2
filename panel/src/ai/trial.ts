import type { KnowledgeRegressionResultOut, VerdictOut } from '@/api/generated'

export interface Summary {
  asked: number
  passed: number
  /** Of those that had been asked before. */
  compared: number
  before: number
  after: number
  hasFallen: boolean
  rows: { verdict: VerdictOut; kind: Kind }[]
}
export type Kind = 'fell' | 'rose' | 'fails' | 'passes'
const ORDER: Kind[] = ['fell', 'fails', 'rose', 'passes']

/** A run in numbers, what became worse first. */
export function summaryOf(result: KnowledgeRegressionResultOut): Summary {
  const compared = result.questions.filter((each) => each.was_passed !== null)
  const rows = result.questions.map((verdict) => ({ verdict, kind: kindOf(verdict) }))
  rows.sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind))
  return {
    asked: result.questions.length,
    passed: result.questions.filter((each) => each.is_passed).length,
    compared: compared.length,
    before: compared.filter((each) => each.was_passed).length,
    after: compared.filter((each) => each.is_passed).length,
    hasFallen: result.has_fallen,
    rows,
  }
}

function kindOf(verdict: VerdictOut): Kind {
  if (verdict.has_fallen || (verdict.was_passed && !verdict.is_passed)) return 'fell'
  if (!verdict.is_passed) return 'fails'
  return verdict.was_passed === false ? 'rose' : 'passes'
}

/** What a fault code says, as a key of `ai.fault` and what it is about (`lacks:price`). */
export function faultOf(code: string): { key: string; about: string } {
  const at = code.indexOf(':')
  return at < 0 ? { key: code, about: '' } : { key: code.slice(0, at), about: code.slice(at + 1) }
}
