/** A text in pieces, of which some are marked. */
export interface Piece {
  text: string
  isMarked: boolean
}

/** Cuts a text at marks that count characters as the backend does: an emoji is one. */
export function pieces(text: string, marks: readonly (readonly [number, number])[]): Piece[] {
  const letters = [...text]
  const cut: Piece[] = []
  let at = 0
  for (const [from, to] of marks) {
    if (from > at) cut.push({ text: letters.slice(at, from).join(''), isMarked: false })
    if (to > Math.max(at, from)) cut.push({ text: letters.slice(Math.max(at, from), to).join(''), isMarked: true })
    at = Math.max(at, to)
  }
  if (at < letters.length) cut.push({ text: letters.slice(at).join(''), isMarked: false })
  return cut
}

/** How many characters the backend counts. */
export function lengthOf(text: string): number {
  let length = 0
  for (let at = 0; at < text.length; at++) if ((text.charCodeAt(at) & 0xfc00) !== 0xdc00) length++
  return length
}
