export interface Line {
  kind: 'same' | 'gone' | 'new'
  text: string
}

const MOST_CELLS = 4_000_000

/** What differs between two texts, line by line (longest common subsequence). Very large changes are told as a whole. */
export function diffOf(before: string, after: string): Line[] {
  const old = before.split('\n')
  const now = after.split('\n')
  let head = 0
  while (head < old.length && head < now.length && old[head] === now[head]) head++
  let tail = 0
  while (tail < old.length - head && tail < now.length - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++
  const middle = between(old.slice(head, old.length - tail), now.slice(head, now.length - tail))
  return [...old.slice(0, head).map((text) => same(text)), ...middle, ...old.slice(old.length - tail).map((text) => same(text))]
}

/** The changes with a few lines around them; what is left out is a `null`. */
export function shortened(lines: Line[], around = 2): (Line | null)[] {
  const isNear = (at: number): boolean => lines.slice(Math.max(0, at - around), at + around + 1).some(({ kind }) => kind !== 'same')
  const out: (Line | null)[] = []
  lines.forEach((line, at) => {
    if (isNear(at)) out.push(line)
    else if (out.at(-1) !== null) out.push(null)
  })
  return out
}

function between(old: string[], now: string[]): Line[] {
  if (old.length * now.length > MOST_CELLS) return [...old.map(gone), ...now.map(added)]
  const width = now.length + 1
  const longest = new Uint32Array((old.length + 1) * width)
  for (let a = old.length - 1; a >= 0; a--)
    for (let b = now.length - 1; b >= 0; b--) longest[a * width + b] = old[a] === now[b] ? longest[(a + 1) * width + b + 1]! + 1 : Math.max(longest[(a + 1) * width + b]!, longest[a * width + b + 1]!)
  const out: Line[] = []
  let [a, b] = [0, 0]
  while (a < old.length && b < now.length) {
    if (old[a] === now[b]) {
      out.push(same(old[a++]!))
      b++
    } else if (longest[(a + 1) * width + b]! >= longest[a * width + b + 1]!) out.push(gone(old[a++]!))
    else out.push(added(now[b++]!))
  }
  return [...out, ...old.slice(a).map(gone), ...now.slice(b).map(added)]
}

const same = (text: string): Line => ({ kind: 'same', text })
const gone = (text: string): Line => ({ kind: 'gone', text })
const added = (text: string): Line => ({ kind: 'new', text })
