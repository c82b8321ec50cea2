/** Owns the round button and the window it opens, and joins them to the conversation. */
import { Api } from './api'
import { Conversation } from './conversation'
import type { Desk } from './desk'
import { button, h } from './dom'
import type { Entry } from './entry'
import { icon } from './icons'
import { pickLanguage, textsIn } from './locale'
import { type Memory, browserMemory } from './memory'
import { Panel } from './panel'
import type { Settings } from './settings'
import { Visit } from './visit'

/** How often a visitor who waits for a person's answer looks for it; any other looks each fourth time. */
const WATCH_MS = 8000

/** Keys typed in the chat are not shortcuts of the page around it. */
const KEYS = ['keydown', 'keypress', 'keyup'] as const

export class Widget {
  readonly root: HTMLElement
  readonly #launcher: HTMLButtonElement
  readonly #panel: Panel
  readonly #conversation: Conversation
  readonly #memory: Memory
  readonly #texts: Desk['texts']
  readonly #icon: Settings['button_icon']
  #isOpen = false
  #hasUnread = false
  #looks = 0

  constructor(settings: Settings, api: Api) {
    const language = pickLanguage(settings.language, document.documentElement.lang, navigator.language)
    this.#texts = textsIn(language)
    this.#icon = settings.button_icon
    this.#memory = browserMemory(settings.origin, settings.instance)
    this.#conversation = new Conversation(api, new Visit(api, this.#memory, language))
    this.#panel = new Panel(settings, language, this.#desk(settings.origin))
    this.#launcher = button({ mark: 'launcher', 'aria-controls': 'panel', click: () => this.#toggle() })
    this.root = h('div', { class: `root ${settings.position}`, lang: language }, this.#panel.node, this.#launcher)
    this.#listen()
    this.#draw()
  }

  /** Bring back what the visitor left: the conversation, and the window if it was open. */
  resume(): void {
    if (this.#memory.isOpen) this.#show()
    void this.#conversation.refresh()
  }

  open(): void {
    this.#show()
    this.#panel.composer.focus()
    void this.#conversation.refresh()
  }

  close(): void {
    this.#isOpen = this.#memory.isOpen = false
    this.#draw()
    this.#launcher.focus({ preventScroll: true })
  }

  clear(): void {
    this.#conversation.clear()
  }

  #desk(origin: string): Desk {
    return {
      origin,
      texts: this.#texts,
      send: (content, label) => this.#send(content, label),
      retry: (entry) => this.#conversation.retry(entry),
      stop: () => this.#conversation.stop(),
      begin: () => this.#begin(),
      close: () => this.close(),
    }
  }

  #listen(): void {
    const conversation = this.#conversation
    conversation.onChange = () => {
      this.#panel.transcript.show(conversation.entries, conversation.isAnswering)
      this.#panel.composer.show(conversation.isAnswering)
    }
    conversation.onAnswer = (answer) => this.#tell(answer)
    for (const key of KEYS) this.root.addEventListener(key, (event) => this.#onKey(event))
    setInterval(() => this.#watch(), WATCH_MS)
    document.addEventListener('visibilitychange', () => this.#watch())
  }

  #onKey(event: KeyboardEvent): void {
    event.stopPropagation()
    if (event.type === 'keydown' && event.key === 'Escape' && !event.isComposing && this.#isOpen) this.close()
  }

  #watch(): void {
    const isDue = this.#conversation.isWithPerson || !(++this.#looks % 4)
    if (this.#isOpen && !document.hidden && isDue) void this.#conversation.refresh()
  }

  #tell({ text, problem }: Entry): void {
    this.#panel.announce(`${this.#texts.assistant} ${text || problem || this.#texts.failed}`)
    this.#hasUnread = !this.#isOpen
    this.#draw()
  }

  #send(content: string, label?: string): void {
    this.#panel.transcript.toEnd()
    this.#conversation.send(content, label)
    if (!matchMedia('(hover: none)').matches) this.#panel.composer.focus()
  }

  #toggle(): void {
    if (this.#isOpen) this.close()
    else this.open()
  }

  #begin(): void {
    this.clear()
    this.#panel.composer.focus()
  }

  #show(): void {
    this.#isOpen = this.#memory.isOpen = true
    this.#hasUnread = false
    this.#draw()
    this.#panel.transcript.toEnd()
  }

  #draw(): void {
    const name = this.#isOpen ? this.#texts.close : this.#texts.open
    this.#panel.node.hidden = !this.#isOpen
    this.root.classList.toggle('opened', this.#isOpen)
    this.#launcher.classList.toggle('unread', this.#hasUnread)
    this.#launcher.setAttribute('aria-expanded', String(this.#isOpen))
    this.#launcher.setAttribute('aria-label', this.#hasUnread ? `${name}. ${this.#texts.unread}` : name)
    this.#launcher.replaceChildren(icon(this.#isOpen ? 'down' : this.#icon))
  }
}
