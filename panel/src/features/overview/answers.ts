import type { Numbers } from '@/api/generated'
import type { Series } from '@/ui/chart'

/** Who answered, as an owner thinks of it, from the stages that did. */
const PARTS: Record<string, { stages: string[]; colour: Series['colour'] }> = {
  faq: { stages: ['faq', 'funnel'], colour: 2 },
  knowledge: { stages: ['knowledge', 'extract'], colour: 1 },
  model: { stages: ['llm', 'other'], colour: 4 },
  person: { stages: ['person', 'hand_over'], colour: 5 },
  unanswered: { stages: ['message', 'admit'], colour: 3 },
}

export type Part = keyof typeof PARTS

/** The parts with a name each, in the order in which they are stacked. */
export function parts(name: (part: string) => string): Series[] {
  return Object.entries(PARTS).map(([id, { colour }]) => ({ id, label: name(id), colour }))
}

export function divided(numbers: Numbers): Record<string, number> {
  const by = numbers.answered_by as Record<string, number>
  const sums = Object.entries(PARTS).map(([id, { stages }]) => [id, stages.reduce((sum, stage) => sum + (by[stage] ?? 0), 0)] as const)
  const found = Object.fromEntries(sums)
  found.unanswered = (found.unanswered ?? 0) + numbers.failed
  return found
}

/** The share of questions that the secretary settled alone; null where there was none. */
export function settledShare(numbers: Numbers): number | null {
  const by = divided(numbers)
  const all = Object.values(by).reduce((sum, count) => sum + count, 0)
  return all ? ((by.faq ?? 0) + (by.knowledge ?? 0) + (by.model ?? 0)) / all : null
}

/** How much more (0.1 = 10 %) than before; null where there was nothing to compare with. */
export function trend(now: number | null | undefined, before: number | null | undefined): number | null {
  return now === null || now === undefined || !before ? null : now / before - 1
}
