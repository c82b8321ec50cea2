/** Owns Markdown inside a line: emphasis, code and links. What is unfinished stays plain text. */
import { type Child, h } from './dom'
import { safeHref } from './links'

/** Each alternative stops at the line's end or at its own opening mark, so that no text makes it slow. */
const MARKS = new RegExp(
  [
    '\\\\(?<escaped>[\\\\`*_[\\]()#>~-])',
    '`(?<code>[^`\\n]+)`',
    '(?<![\\p{L}\\p{N}_])(?<under>__?)(?=[^\\s_])(?<slanted>[^\\n]+?)(?<=\\S)\\k<under>(?![\\p{L}\\p{N}_])',
    '(?<star>\\*\\*?)(?=[^\\s*])(?<italic>[^\\n]+?)(?<=\\S)\\k<star>',
    '!?\\[(?<label>[^[\\]\\n]+)\\]\\((?<target>[^()\\s]+(?:\\([^()\\s]*\\)[^()\\s]*)*)\\)',
    '(?<url>https?:\\/\\/[^\\s<>"\'`*|]+)',
  ].join('|'),
  'gu',
)

export function inlineNodes(text: string, origin: string): Child[] {
  const nodes: Child[] = []
  let from = 0
  for (const match of text.matchAll(MARKS)) {
    const [node, used] = nodeOf(match, origin)
    nodes.push(text.slice(from, match.index), node)
    from = match.index + used
  }
  return [...nodes, text.slice(from)].filter((node) => node !== '')
}

/** The node for a match, and how many characters of the text it stands for. */
function nodeOf(match: RegExpExecArray, origin: string): [Child, number] {
  const whole = match[0]
  const { escaped, code, under, slanted, star, italic, label, target, url } = match.groups ?? {}
  const mark = star ?? under
  if (url) return bareLink(url, origin)
  if (code) return [h('code', {}, code), whole.length]
  if (mark) return [h(mark[1] ? 'strong' : 'em', {}, ...inlineNodes(italic ?? slanted ?? '', origin)), whole.length]
  if (label && target) return [link(target, inlineNodes(label, origin), origin) || whole, whole.length]
  return [escaped ?? whole, whole.length]
}

/** A full stop or bracket after an address belongs to the sentence. */
function bareLink(url: string, origin: string): [Child, number] {
  const address = url.replace(/[.,;:!?)\]}»”…]+$/u, '')
  return [link(address, [address], origin), address.length]
}

/** A link that opens beside the page, or an empty text where the address may not become one. */
export function link(target: string, children: Child[], origin: string): Child {
  const href = safeHref(target, origin)
  return href && h('a', { href, target: '_blank', rel: 'noopener noreferrer nofollow' }, ...children)
}
