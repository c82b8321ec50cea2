import type { CannedOut } from '@/api/generated'

const MOST = 8
const TYPED = /(^|\s)\/([\p{L}\p{N}_-]{0,30})$/u

/** What stands after `/` just before the caret, where a canned answer is being called for; null elsewhere. */
export function wantedAt(text: string, caret: number): { word: string; from: number } | null {
  const found = TYPED.exec(text.slice(0, caret))
  return found ? { word: found[2]!, from: caret - found[2]!.length - 1 } : null
}

/** Those that fit a word, best first: shortcut begins with it, shortcut has it, title has it, text has it. */
export function fitting(answers: readonly CannedOut[], word: string): CannedOut[] {
  const asked = folded(word)
  const rank = (answer: CannedOut): number => {
    const shortcut = folded(answer.shortcut)
    if (shortcut.startsWith(asked)) return 0
    if (shortcut.includes(asked)) return 1
    if (folded(answer.title).includes(asked)) return 2
    return folded(answer.text).includes(asked) ? 3 : 9
  }
  return answers
    .map((answer) => ({ answer, at: rank(answer) }))
    .filter(({ at }) => at < 9)
    .sort((a, b) => a.at - b.at || a.answer.shortcut.localeCompare(b.answer.shortcut))
    .slice(0, MOST)
    .map(({ answer }) => answer)
}

/** The text with a canned answer in place of `/word`, and where the caret belongs then. */
export function withCanned(text: string, from: number, caret: number, answer: string): { text: string; caret: number } {
  return { text: text.slice(0, from) + answer + text.slice(caret), caret: from + answer.length }
}

function folded(text: string): string {
  return text.toLowerCase().replaceAll('ё', 'е')
}
