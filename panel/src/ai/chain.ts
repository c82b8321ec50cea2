import type { ChainLink, When } from '@/api/generated'

/** Channels by which a question may come, as a chain names them. */
export const SOURCES = ['widget', 'telegram', 'whatsapp', 'phone', 'api', 'admin']
export const MOST_LINKS = 20
const HOURS = /^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/

/** A chain as the backend shows it: a plain name is a link without conditions. */
export function linksOf(backends: readonly (ChainLink | string)[]): ChainLink[] {
  return backends.map((each) => (typeof each === 'string' ? { backend: each, when: {} } : { backend: each.backend, when: tidy(each.when ?? {}) }))
}

/** Only the conditions that are set. */
export function tidy(when: When): When {
  const kept: When = {}
  if (when.languages?.length) kept.languages = [...when.languages]
  if (when.sources?.length) kept.sources = [...when.sources]
  if (when.hours) kept.hours = when.hours
  if (typeof when.min_characters === 'number') kept.min_characters = when.min_characters
  if (typeof when.max_characters === 'number') kept.max_characters = when.max_characters
  return kept
}

export function isAlways(link: ChainLink): boolean {
  return Object.keys(tidy(link.when ?? {})).length === 0
}

export function isHours(text: string): boolean {
  return HOURS.test(text)
}

/** The list with one of its members at another place. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const rest = [...list]
  const [one] = rest.splice(from, 1)
  if (one === undefined) return [...list]
  rest.splice(Math.max(0, Math.min(to, rest.length)), 0, one)
  return rest
}

/** Why a link will never be asked: one before it lets nobody past, or asks the same under the same conditions. */
export function neverAsked(links: readonly ChainLink[], at: number): 'closed' | 'twice' | null {
  const before = links.slice(0, at)
  if (before.some((link) => link.backend === 'none' && isAlways(link))) return 'closed'
  return before.some((link) => link.backend === links[at]!.backend && isAlways(link)) ? 'twice' : null
}
