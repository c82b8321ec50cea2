/** Owns the list of messages: keeps one bubble for each entry, and the reader's place in it. */
import { type Bubble, bubbleFor, choiceList } from './bubble'
import type { Desk } from './desk'
import { button, h, oncePerFrame } from './dom'
import type { Entry } from './entry'
import { icon } from './icons'
import { markdownPainter } from './markdown'

/** This near to the end the reader is taken to be at the end. */
const NEAR_PX = 48

/** Longer than a screen reader needs to forget the last paint, so that it does not read an answer twice. */
const SETTLE_MS = 600

export class Transcript {
  readonly node: HTMLElement
  readonly #log: HTMLElement
  readonly #list = h('div', { class: 'list' })
  readonly #welcome = h('div', { class: 'turn' })
  readonly #suggestions = h('div')
  readonly #latest: HTMLElement
  readonly #desk: Desk
  readonly #bubbles = new WeakMap<Entry, Bubble>()
  #entries: Entry[] = []
  #isAtEnd = true

  constructor(desk: Desk, greeting: string, suggestions: string[]) {
    const { texts } = desk
    this.#desk = desk
    const text = h('div', { class: 'text' })
    markdownPainter(text, desk.origin)(greeting)
    this.#welcome.append(h('div', { mark: 'message-greeting' }, text), this.#suggestions)
    this.#suggestions.append(
      ...choiceList(
        suggestions.map((text) => ({ label: text, value: text })),
        desk,
      ),
    )
    this.#log = h(
      'div',
      {
        mark: 'log',
        role: 'log',
        'aria-label': texts.log,
        'aria-live': 'polite',
        tabindex: '0',
        scroll: () => this.#look(),
      },
      this.#welcome,
      this.#list,
    )
    this.#latest = button({ class: 'latest', 'aria-label': texts.latest, click: () => this.toEnd() }, icon('down'))
    this.node = h('div', { class: 'middle' }, this.#log, this.#latest)
  }

  show(entries: Entry[], isAnswering: boolean): void {
    this.#entries = entries
    if (isAnswering) this.#log.setAttribute('aria-live', 'off')
    else setTimeout(() => this.#log.setAttribute('aria-live', 'polite'), SETTLE_MS)
    this.#paint()
  }

  toEnd(): void {
    this.#isAtEnd = true
    this.#log.scrollTop = this.#log.scrollHeight
    this.#latest.hidden = true
  }

  readonly #paint = oncePerFrame(() => {
    const entries = this.#entries
    const last = entries.findLast(({ role }) => role !== 'note')
    this.#arrange(entries.map((entry) => this.#nodeOf(entry, entry === last)))
    if (entries.length) this.#suggestions.remove()
    else this.#welcome.append(this.#suggestions)
    if (this.#isAtEnd) this.toEnd()
    else this.#latest.hidden = false
  })

  #nodeOf(entry: Entry, isLast: boolean): HTMLElement {
    const bubble = this.#bubbles.get(entry) ?? bubbleFor(entry, this.#desk)
    this.#bubbles.set(entry, bubble)
    bubble.update(entry, isLast)
    return bubble.node
  }

  /** Nodes that stay are not touched, or a screen reader would read them again. */
  #arrange(nodes: Element[]): void {
    const { children } = this.#list
    for (const child of [...children]) if (!nodes.includes(child)) child.remove()
    nodes.forEach((node, at) => {
      if (node !== children[at]) this.#list.insertBefore(node, children[at] ?? null)
    })
  }

  #look(): void {
    const { scrollHeight, scrollTop, clientHeight } = this.#log
    this.#isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR_PX
    if (this.#isAtEnd) this.#latest.hidden = true
  }
}
