import type { StageDone, Why } from '@/api/generated'
import type { Message } from './types'

export type StageShown = Omit<StageDone, 'outcome' | 'ms'> & { outcome: StageDone['outcome'] | 'unknown'; ms: number | null }

const ORDER = ['faq', 'knowledge', 'llm', 'message']

/** The stages as they were kept; for an older answer the usual order, of which only the one that answered is known. */
export function stagesOf(message: Message, why: Why | null | undefined): StageShown[] {
  const kept = why?.stages ?? []
  if (kept.length) return kept
  const by = message.answered_by
  if (!by) return []
  const order = ORDER.includes(by) ? ORDER : [by]
  return order.slice(0, order.indexOf(by) + 1).map((stage) => ({ stage, outcome: stage === by ? 'answered' : 'unknown', ms: stage === by ? message.latency_ms : null }))
}

/** What a passage is called where an answer cites it. */
export function passageTitle({ title, heading }: { title: string; heading: string }): string {
  return [title, heading].filter(Boolean).join(' › ')
}
