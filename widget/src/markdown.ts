/** Owns the small part of Markdown that answers use, as nodes. Unknown or half-streamed marks are shown as text. */
import { h } from './dom'
import { inlineNodes } from './inline'

const FENCE = /^\s*```/
const ITEM = /^\s*(?:[-*•+]|(\d{1,9})[.)])\s+(.*)$/
const HEADING = /^#{1,6}\s+/

type Kind = 'fence' | 'ul' | 'ol' | 'heading' | 'text'

interface Block {
  kind: Kind
  lines: string[]
}

function kindOf(line: string): Kind {
  const item = ITEM.exec(line)
  if (item) return item[1] ? 'ol' : 'ul'
  if (HEADING.test(line)) return 'heading'
  return FENCE.test(line) ? 'fence' : 'text'
}

/** Cut a text into blocks. A fence that is not closed yet runs to the end. */
export function blocksOf(text: string): Block[] {
  const blocks: Block[] = []
  let open: Block | undefined
  for (const line of text.replace(/\r\n?/g, '\n').split('\n')) {
    if (open?.kind === 'fence') {
      if (FENCE.test(line)) open = undefined
      else open.lines.push(line)
    } else open = line.trim() ? extend(blocks, open, line) : undefined
  }
  return blocks
}

function extend(blocks: Block[], open: Block | undefined, line: string): Block {
  const kind = kindOf(line)
  if (open && continues(open, kind, line)) {
    open.lines.push(line)
    return open
  }
  const block: Block = { kind, lines: kind === 'fence' ? [] : [line] }
  blocks.push(block)
  return block
}

/** The same kind goes on, and so does an item whose next line is indented. */
function continues(open: Block, kind: Kind, line: string): boolean {
  const isList = open.kind === 'ul' || open.kind === 'ol'
  return open.kind === kind ? isList || kind === 'text' : isList && kind === 'text' && /^\s/.test(line)
}

function withBreaks(lines: string[], origin: string): (Node | string)[] {
  return lines.flatMap((line, at) => [...(at ? [h('br')] : []), ...inlineNodes(line, origin)])
}

function list(block: Block, tag: 'ul' | 'ol', origin: string): HTMLElement {
  const items: string[][] = []
  for (const line of block.lines) {
    const item = ITEM.exec(line)
    if (item) items.push([item[2] ?? ''])
    else items.at(-1)?.push(line.trim())
  }
  const first = ITEM.exec(block.lines[0] ?? '')?.[1]
  return h(
    tag,
    { start: first && first !== '1' ? first : undefined },
    ...items.map((lines) => h('li', {}, ...withBreaks(lines, origin))),
  )
}

function render(block: Block, origin: string): HTMLElement {
  if (block.kind === 'fence') return h('pre', {}, h('code', {}, block.lines.join('\n')))
  if (block.kind === 'ul' || block.kind === 'ol') return list(block, block.kind, origin)
  if (block.kind === 'text') return h('p', {}, ...withBreaks(block.lines, origin))
  return h('p', {}, h('strong', {}, ...inlineNodes(block.lines.join('').replace(HEADING, ''), origin)))
}

/** Shows a growing text in `place`: blocks that did not change keep their nodes, and with them the reader's selection. */
export function markdownPainter(place: HTMLElement, origin: string): (text: string) => void {
  let shown: string[] = []
  return (text) => {
    const blocks = blocksOf(text)
    const wanted = blocks.map((block) => `${block.kind}\n${block.lines.join('\n')}`)
    while (place.childNodes.length > blocks.length) place.lastChild?.remove()
    blocks.forEach((block, at) => {
      const old = place.childNodes[at]
      if (!old) place.append(render(block, origin))
      else if (wanted[at] !== shown[at]) old.replaceWith(render(block, origin))
    })
    shown = wanted
  }
}
