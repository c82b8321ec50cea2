export interface DiffLine {
  kind: 'same' | 'added' | 'removed'
  text: string
}

const MOST_CELLS = 4_000_000

/** What has to be taken out of `before` and put in to read `after`, line by line: the longest common subsequence. */
export function diffLines(before: string, after: string): DiffLine[] {
  const old = before ? before.split('\n') : []
  const now = after ? after.split('\n') : []
  let start = 0
  while (start < old.length && start < now.length && old[start] === now[start]) start++
  let end = 0
  while (end < old.length - start && end < now.length - start && old[old.length - 1 - end] === now[now.length - 1 - end]) end++
  const same = (lines: string[]): DiffLine[] => lines.map((text) => ({ kind: 'same', text }))
  return [...same(old.slice(0, start)), ...middle(old.slice(start, old.length - end), now.slice(start, now.length - end)), ...same(now.slice(now.length - end))]
}

function middle(old: string[], now: string[]): DiffLine[] {
  const all = (kind: DiffLine['kind'], lines: string[]): DiffLine[] => lines.map((text) => ({ kind, text }))
  if (!old.length || !now.length || old.length * now.length > MOST_CELLS) return [...all('removed', old), ...all('added', now)]
  const width = now.length + 1
  const common = new Uint32Array((old.length + 1) * width)
  for (let i = old.length - 1; i >= 0; i--)
    for (let j = now.length - 1; j >= 0; j--)
      common[i * width + j] = old[i] === now[j] ? common[(i + 1) * width + j + 1]! + 1 : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!)
  return walked(old, now, (i, j) => common[i * width + j]!)
}

function walked(old: string[], now: string[], common: (i: number, j: number) => number): DiffLine[] {
  const found: DiffLine[] = []
  let i = 0
  let j = 0
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      found.push({ kind: 'same', text: old[i]! })
      i++
      j++
    } else if (j >= now.length || (i < old.length && common(i + 1, j) >= common(i, j + 1))) found.push({ kind: 'removed', text: old[i++]! })
    else found.push({ kind: 'added', text: now[j++]! })
  }
  return found
}

/** How many lines came and went. */
export function counted(lines: DiffLine[]): { added: number; removed: number } {
  return { added: lines.filter((line) => line.kind === 'added').length, removed: lines.filter((line) => line.kind === 'removed').length }
}
