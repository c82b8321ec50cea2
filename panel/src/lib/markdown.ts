import { h, type VNode, type VNodeChild } from 'vue'

/** Markdown as Vue nodes: text stays text, so nothing that somebody writes can run. No HTML, no pictures; links only
 * to http, https, mailto and tel. */
export function rendered(source: string): VNode[] {
  return blocks(source.replace(/\r\n?/g, '\n').split('\n'), 0)
}

const DEEPEST = 8
const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([\w+-]*)/
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)\s*#*$/
const ITEM = /^( {0,6})([-*+]|\d{1,9}[.)])\s+(.*)$/
const QUOTE = /^ {0,3}>\s?(.*)$/
const RULE = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/
const CELLS = /^\s*\|?(.+?)\|?\s*$/
const DASHES = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/

function blocks(lines: string[], depth: number): VNode[] {
  const out: VNode[] = []
  for (let at = 0; at < lines.length; ) {
    const [node, next] = block(lines, at, depth)
    if (node) out.push(node)
    at = Math.max(next, at + 1)
  }
  return out
}

function block(lines: string[], at: number, depth: number): [VNode | null, number] {
  const line = lines[at]!
  if (!line.trim()) return [null, at + 1]
  const fence = FENCE.exec(line)
  if (fence) return code(lines, at, fence[1]!)
  const heading = HEADING.exec(line)
  if (heading) return [h('p', { class: 'md-heading' }, inline(heading[2]!)), at + 1]
  if (RULE.test(line)) return [h('hr'), at + 1]
  if (depth < DEEPEST && QUOTE.test(line)) return quote(lines, at, depth)
  if (depth < DEEPEST && ITEM.test(line)) return list(lines, at, depth)
  if (line.includes('|') && DASHES.test(lines[at + 1] ?? '')) return table(lines, at)
  return paragraph(lines, at)
}

function code(lines: string[], at: number, fence: string): [VNode, number] {
  let end = at + 1
  while (end < lines.length && !lines[end]!.trim().startsWith(fence)) end++
  return [h('pre', { tabindex: 0 }, h('code', lines.slice(at + 1, end).join('\n'))), end + 1]
}

function quote(lines: string[], at: number, depth: number): [VNode, number] {
  const inside: string[] = []
  let end = at
  for (let found = QUOTE.exec(lines[end] ?? ''); found; found = QUOTE.exec(lines[++end] ?? '')) inside.push(found[1]!)
  return [h('blockquote', blocks(inside, depth + 1)), end]
}

function list(lines: string[], at: number, depth: number): [VNode, number] {
  const first = ITEM.exec(lines[at]!)!
  const isOrdered = /\d/.test(first[2]!)
  const items: string[][] = []
  let end = at
  for (; end < lines.length; end++) {
    const line = lines[end]!
    const found = ITEM.exec(line)
    if (found && found[1]!.length <= first[1]!.length + 1) {
      if (/\d/.test(found[2]!) !== isOrdered) break
      items.push([found[3]!])
    } else if (isInside(line, lines[end + 1])) items.at(-1)!.push(line.replace(/^ {1,4}/, ''))
    else break
  }
  const start = isOrdered ? { start: Number.parseInt(first[2]!, 10) } : {}
  return [h(isOrdered ? 'ol' : 'ul', start, items.map((item) => h('li', tight(blocks(item, depth + 1))))), end]
}

function isInside(line: string, next = ''): boolean {
  return line.trim() ? /^\s/.test(line) : /^\s+\S/.test(next)
}

/** A list item of one paragraph is shown without the paragraph. */
function tight(nodes: VNode[]): VNodeChild[] {
  const [first, ...rest] = nodes
  return first?.type === 'p' ? [...(first.children as VNodeChild[]), ...rest] : nodes
}

function table(lines: string[], at: number): [VNode, number] {
  const cells = (line: string): string[] => CELLS.exec(line)?.[1]?.split('|').map((cell) => cell.trim()) ?? []
  const head = cells(lines[at]!)
  let end = at + 2
  while (end < lines.length && lines[end]!.includes('|') && lines[end]!.trim()) end++
  const rows = lines.slice(at + 2, end).map(cells)
  const row = (tag: 'th' | 'td', texts: string[]): VNode => h('tr', head.map((_, place) => h(tag, inline(texts[place] ?? ''))))
  return [h('div', { class: 'md-table', tabindex: 0 }, h('table', [h('thead', row('th', head)), h('tbody', rows.map((texts) => row('td', texts)))])), end]
}

function paragraph(lines: string[], at: number): [VNode, number] {
  let end = at + 1
  const goesOn = (line: string): boolean => Boolean(line.trim()) && ![FENCE, HEADING, ITEM, QUOTE, RULE].some((start) => start.test(line))
  while (end < lines.length && goesOn(lines[end]!)) end++
  return [h('p', inline(lines.slice(at, end).join('\n'))), end]
}

const INLINE = /(`+)([^`]|[^`][\s\S]*?[^`])\1(?!`)|!?\[([^\]\n]{0,500})\]\(\s*<?([^\s()<>]*(?:\([^\s()<>]*\)[^\s()<>]*)*)>?(?:\s+"[^"\n]*")?\s*\)|\*\*(?=\S)([\s\S]*?\S)\*\*|__(?=\S)([\s\S]*?\S)__|~~(?=\S)([\s\S]*?\S)~~|\*(?=[^\s*])([^*\n]*?[^\s*])\*|(?<![\p{L}\d_])_(?=[^\s_])([^_\n]*?[^\s_])_(?![\p{L}\d_])|(https?:\/\/[^\s<>"'«»]+)|\\([\\`*_{}[\]()#+\-.!~|>])|(\n)/gu

function inline(text: string, depth = 0): VNodeChild[] {
  if (depth > DEEPEST) return [text]
  const out: VNodeChild[] = []
  let at = 0
  for (const found of text.matchAll(INLINE)) {
    if (found.index > at) out.push(text.slice(at, found.index))
    out.push(piece(found, depth))
    at = found.index + found[0].length
  }
  out.push(text.slice(at))
  return out
}

function piece(found: RegExpExecArray, depth: number): VNodeChild {
  const [whole, ticks, coded, label, target, bold, bold2, struck, italic, italic2, bare, escaped] = found
  if (ticks) return h('code', coded!.trim())
  if (label !== undefined) return link(target!, whole.startsWith('!') ? [label || target!] : inline(label, depth + 1))
  if (bare) return bareLink(bare)
  if (whole === '\n') return h('br')
  const [tag, words] = STYLES.map((style, at) => [style, [bold, bold2, struck, italic, italic2][at]] as const).find(([, each]) => each) ?? []
  return tag && words ? h(tag, inline(words, depth + 1)) : (escaped ?? whole)
}
const STYLES = ['strong', 'strong', 's', 'em', 'em'] as const

function bareLink(found: string): VNodeChild {
  const tail = /[.,;:!?)\]]*$/.exec(found)![0]
  const target = found.slice(0, found.length - tail.length)
  return [link(target, [target]), tail]
}

/** Only addresses that cannot do anything by themselves. */
export function safeAddress(target: string): string | null {
  // Browsers skip these characters, so they must not hide a scheme.
  const clean = target.replace(/[\u0000-\u0020\u007f-\u009f\u200b-\u200f\u2028-\u202e]/g, '')
  return /^(https?:\/\/|mailto:|tel:)/i.test(clean) ? clean : null
}

function link(target: string, children: VNodeChild[]): VNodeChild {
  const href = safeAddress(target)
  return href ? h('a', { href, target: '_blank', rel: 'noopener noreferrer nofollow' }, children) : children
}
