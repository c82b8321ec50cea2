import type { Problem } from '@/api/problem'
import type { Channel } from './channel'

/** Errors at their fields: those that the backend names, and those whose code tells where they belong. */
export function placed(problem: Problem, channel: Pick<Channel, 'fieldOf'>, errors: Record<string, string> = {}): Record<string, string> {
  const named = typeof problem.body.field === 'string' ? problem.body.field : channel.fieldOf[problem.code]
  return named && !errors[named] ? { ...errors, [named]: problem.message } : errors
}
