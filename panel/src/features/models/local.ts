import type { JsonValue, LocalModelOut, LocalModelsOut, PullOut } from '@/api/generated'

export interface Progress {
  done: number
  total: number
  perSecond: number
}

/** How far a download is; null while nobody knows. */
export function progressOf(pull: PullOut): Progress | null {
  const number = (value: JsonValue | undefined): number => (typeof value === 'number' ? value : 0)
  const total = number(pull.progress?.total)
  return total > 0 ? { done: number(pull.progress?.done), total, perSecond: number(pull.progress?.bytes_per_s) } : null
}

/** Seconds that are left at the present pace. */
export function leftS({ done, total, perSecond }: Progress): number | null {
  return perSecond > 0 ? Math.max(0, Math.round((total - done) / perSecond)) : null
}

export function pullOf(pulls: PullOut[], model: LocalModelOut): PullOut | undefined {
  return pulls.find((pull) => pull.file === model.file && pull.repository === model.repository)
}

/** Downloads of models that are not in the list. */
export function otherPulls({ pulls, models }: LocalModelsOut): PullOut[] {
  return pulls.filter((pull) => !models.some((model) => pullOf([pull], model)))
}

/** What is recommended first for the largest computer whose models fit well here. */
export function bestOf(models: LocalModelOut[]): string {
  const fitting = models.filter((each) => each.is_recommended && each.fit === 'yes')
  const most = Math.max(0, ...fitting.map((each) => each.computer_gb ?? 0))
  return fitting.find((each) => each.computer_gb === most)?.name ?? ''
}
