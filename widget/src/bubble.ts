/** Owns how one entry of the conversation looks. What an entry means is `entry`'s business. */
import type { Desk } from './desk'
import { button, h } from './dom'
import type { Entry } from './entry'
import { inlineNodes, link } from './inline'
import type { Texts } from './locale'
import { markdownPainter } from './markdown'
import { isRunning, type Choice, type Source } from './wire'

export interface Bubble {
  node: HTMLElement
  /** @param isLast nothing was said after it, so its quick replies still make sense */
  update(entry: Entry, isLast: boolean): void
}

export function bubbleFor(entry: Entry, desk: Desk): Bubble {
  if (entry.role === 'assistant') return answerBubble(desk)
  if (entry.role === 'user') return visitorBubble(entry, desk)
  const node = h('div', { mark: 'note' }, ...inlineNodes(entry.text, desk.origin))
  return { node, update: () => undefined }
}

function visitorBubble(entry: Entry, { texts, retry }: Desk): Bubble {
  const speech = h('div', { mark: 'message-user' }, spoken(texts.you), entry.text)
  const again = button({ class: 'again', click: () => retry(entry) }, texts.retry)
  const remark = h('div', { class: 'remark' })
  const node = h('div', { class: 'turn mine' }, speech, remark)
  const update = ({ status, way, problem }: Entry): void => {
    if (status === 'failed') remark.replaceChildren(problem || texts.unsent, ' ', again)
    else remark.replaceChildren(way === 'unsent' ? texts.waiting : '')
  }
  return { node, update }
}

function answerBubble(desk: Desk): Bubble {
  const text = h('div', { class: 'text' })
  const dots = h('div', { class: 'dots' }, h('i'), h('i'), h('i'))
  const sources = h('div')
  const choices = h('div')
  const remark = h('div', { class: 'remark' })
  const speech = h('div', { mark: 'message-assistant' }, spoken(desk.texts.assistant), text, dots, sources)
  const node = h('div', { class: 'turn' }, speech, remark, choices)
  const paint = markdownPainter(text, desk.origin)
  const showSources = whenChanged((list: Source[]) => sources.replaceChildren(...sourceList(list, desk)))
  const showChoices = whenChanged((list: Choice[]) => choices.replaceChildren(...choiceList(list, desk)))
  const update = (entry: Entry, isLast: boolean): void => {
    const isDone = !isRunning(entry.status)
    paint(entry.text)
    dots.hidden = Boolean(entry.text) || isDone
    speech.hidden = isDone && !entry.text
    node.hidden = entry.way === 'unsent'
    remark.textContent = remarkOn(entry, desk.texts)
    showSources(isDone ? entry.sources : [])
    showChoices(isDone && isLast ? entry.choices : [])
  }
  return { node, update }
}

function remarkOn({ status, way, problem }: Entry, texts: Texts): string {
  if (way === 'broken') return texts.reconnecting
  if (status === 'failed') return problem || texts.failed
  return status === 'interrupted' || status === 'cancelled' ? texts[status] : ''
}

/** Who speaks: for those who do not see which side a bubble is on. */
function spoken(who: string): HTMLElement {
  return h('span', { class: 'spoken' }, `${who} `)
}

function whenChanged<T>(show: (list: T[]) => void): (list: T[]) => void {
  let shown = '[]'
  return (list) => {
    const wanted = JSON.stringify(list)
    if (wanted !== shown) show(list)
    shown = wanted
  }
}

export function choiceList(choices: Choice[], { texts, send }: Desk): HTMLElement[] {
  if (!choices.length) return []
  const buttons = choices.map(({ label, value }) =>
    button({ mark: 'quick-reply', click: () => send(value, label) }, label),
  )
  return [h('div', { class: 'choices', role: 'group', 'aria-label': texts.replies }, ...buttons)]
}

/** Each name opens the passage in place; where that stands on a page, a link leads there. */
function sourceList(sources: Source[], { texts, origin }: Desk): HTMLElement[] {
  if (!sources.length) return []
  const items = sources.map(({ title, url, quote }, at) => {
    const page = link(url ?? '', [texts.page], origin)
    const name = `${at + 1}. ${title}`
    if (!quote && !page) return h('div', { class: 'remark' }, name)
    return h('details', { mark: 'source' }, h('summary', {}, name), h('q', {}, quote ?? ''), page)
  })
  return [h('div', { mark: 'sources', role: 'group', 'aria-label': texts.sources }, ...items)]
}
