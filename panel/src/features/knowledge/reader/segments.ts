import type { ChunkOut } from '@/api/generated'

export interface Segment {
  text: string
  /** The passages that begin in it. */
  chunks: string[]
}

/** A document's text, cut where its passages begin, so that each can be pointed at. Never cut: a table or a list, which would
 * lose their shape, and a line. */
export function segmentsOf(content: string, chunks: Pick<ChunkOut, 'id' | 'begins'>[]): Segment[] {
  const letters = hasWide(content) ? Array.from(content) : null // the backend counts code points
  const slice = (from: number, to?: number): string => (letters ? letters.slice(from, to).join('') : content.slice(from, to))
  const out: Segment[] = []
  let from = 0
  let held: string[] = []
  for (const chunk of [...chunks].sort((a, b) => a.begins - b.begins)) {
    // A passage begins after its heading; whoever reads looks for the heading, too.
    const before = slice(from, chunk.begins)
    const heading = HEADINGS.exec(before)?.[0] ?? ''
    const text = before.slice(0, before.length - heading.length)
    if (chunk.begins > from && isCut(before)) {
      if (text.trim()) out.push({ text, chunks: held })
      held = text.trim() ? [chunk.id] : [...held, chunk.id]
      from = chunk.begins - (letters ? Array.from(heading).length : heading.length)
    } else held = [...held, chunk.id]
  }
  const rest = slice(from)
  if (rest.trim() || held.length) out.push({ text: rest, chunks: held })
  return out
}

const HEADINGS = /(?<![^\n])(?: {0,3}#{1,6} [^\n]*\n\s*)+$/
const HELD_TOGETHER = /^\s*(\||[-*+] |\d+[.)] |>)/
const FENCE = /^ {0,3}(```|~~~)/gm

function isCut(before: string): boolean {
  if (!before.endsWith('\n')) return false
  const last = before.trimEnd().split('\n').at(-1) ?? ''
  return !HELD_TOGETHER.test(last) && (before.match(FENCE)?.length ?? 0) % 2 === 0
}

function hasWide(text: string): boolean {
  return /[\ud800-\udbff]/.test(text)
}
