/** Owns the open window: its head, the messages, the place to write and the foot. */
import { Composer } from './composer'
import type { Desk } from './desk'
import { button, h } from './dom'
import { icon } from './icons'
import { link } from './inline'
import type { Language } from './locale'
import type { Settings } from './settings'
import { Transcript } from './transcript'

/** Time for a screen reader to notice a text. */
const SPOKEN_MS = 2000

export class Panel {
  readonly node: HTMLElement
  readonly transcript: Transcript
  readonly composer: Composer
  readonly #voice = h('div', { class: 'spoken', 'aria-live': 'polite' })

  constructor(settings: Settings, language: Language, desk: Desk) {
    const { texts } = desk
    const title = settings.title || texts.title
    this.transcript = new Transcript(desk, settings.greeting || texts.greeting, settings.suggestions)
    this.composer = new Composer(desk, settings.placeholder || texts.placeholder)
    this.node = h(
      'section',
      { mark: 'panel', id: 'panel', role: 'dialog', 'aria-label': title, hidden: true },
      head(title, settings, desk),
      this.transcript.node,
      this.composer.node,
      foot(settings, language, desk),
      this.#voice,
    )
  }

  /** Have screen readers say it once, whole; who walks through the window does not meet it a second time. */
  announce(text: string): void {
    this.#voice.textContent = text
    setTimeout(() => (this.#voice.textContent = ''), SPOKEN_MS)
  }
}

function head(title: string, { button_icon }: Settings, { texts, begin, close }: Desk): HTMLElement {
  return h(
    'header',
    {},
    icon(button_icon),
    h('h2', {}, title),
    button({ mark: 'fresh', 'aria-label': texts.fresh, title: texts.fresh, click: begin }, icon('fresh')),
    button({ mark: 'close', 'aria-label': texts.close, title: texts.close, click: close }, icon('close')),
  )
}

function foot({ origin }: Settings, language: Language, { texts, send }: Desk): HTMLElement {
  return h(
    'footer',
    {},
    h('p', {}, texts.human),
    button({ mark: 'leave-message', click: () => send(texts.leave) }, texts.leave),
    link(`/privacy-policy?lang=${language}`, [texts.privacy], origin),
  )
}
