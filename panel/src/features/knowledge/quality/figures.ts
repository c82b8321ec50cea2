import type { FigureOut, ReportOut, ScoresOut } from '@/api/generated'

type Name = Exclude<keyof ScoresOut, 'questions'>
export interface Figure {
  name: Name
  /** As the backend calls it in the changes since the last run. */
  change: string
  isTime?: boolean
  isLessBetter?: boolean
}

export const FIGURES: readonly Figure[] = [
  { name: 'recall_at_5', change: 'recall@5' },
  { name: 'ndcg_at_10', change: 'nDCG@10' },
  { name: 'mrr', change: 'MRR' },
  { name: 'refusal_precision', change: 'refusal precision' },
  { name: 'refusal_recall', change: 'refusal recall' },
  { name: 'false_refusals', change: 'answerable refused', isLessBetter: true },
  { name: 'quoted_right', change: 'quoted answer right' },
  { name: 'answered_right', change: "model's answer right" },
  { name: 'latency_p50_ms', change: 'latency p50', isTime: true, isLessBetter: true },
  { name: 'latency_p95_ms', change: 'latency p95', isTime: true, isLessBetter: true },
]

export interface Row extends Figure {
  id: string
  ours: number | null
  peer: number | null
  /** Above 0: better than the last run, by its own measure. */
  gain: number | null
}

/** A report's figures over all kinds of questions; those that nothing was measured for are left out. */
export function rowsOf(report: ReportOut, half?: string): Row[] {
  const shown = report.halves?.find((each) => each.half === half) ?? report.halves?.[0]
  const ours = shown?.product.all
  if (!shown || !ours) return []
  const changes = new Map((report.changes?.figures ?? []).filter((each) => each.half === shown.half).map((each: FigureOut) => [each.figure, each.gain] as const))
  return FIGURES.map((figure) => ({ ...figure, id: figure.name, ours: ours[figure.name], peer: shown.peer.all?.[figure.name] ?? null, gain: changes.get(figure.change) ?? null })).filter((row) => row.ours !== null)
}

/** Words of a list that a person writes in lines. */
export function linesOf(text: string): string[] {
  return text.split('\n').map((line) => line.trim()).filter(Boolean)
}
