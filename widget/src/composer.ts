/** Owns the place where the visitor writes: its keys, its limit, and the button that sends or stops. */
import type { Desk } from './desk'
import { button, h } from './dom'
import { icon } from './icons'

const LIMIT = 4000

/** The counter appears when this few characters are left. */
const NEAR_LIMIT = 400

export class Composer {
  readonly node: HTMLFormElement
  readonly #input: HTMLTextAreaElement
  readonly #grower = h('div', { class: 'grower' })
  readonly #counter = h('div', { class: 'counter' })
  readonly #send: HTMLButtonElement
  readonly #stop: HTMLButtonElement
  readonly #desk: Desk
  #isAnswering = false

  constructor(desk: Desk, placeholder: string) {
    this.#desk = desk
    this.#input = h('textarea', {
      mark: 'input',
      rows: '1',
      maxlength: String(LIMIT),
      placeholder,
      'aria-label': placeholder,
      enterkeyhint: 'send',
      input: () => this.#update(),
      keydown: (event: KeyboardEvent) => this.#onKey(event),
    })
    this.#send = button({ mark: 'send', type: 'submit', 'aria-label': desk.texts.send }, icon('send'))
    this.#stop = button({ mark: 'stop', 'aria-label': desk.texts.stop, click: () => this.#halt() }, icon('stop'))
    this.#grower.append(this.#input)
    const submit = (event: SubmitEvent): void => {
      event.preventDefault()
      this.#submit()
    }
    this.node = h('form', { mark: 'composer', submit }, this.#grower, this.#send, this.#stop, this.#counter)
    this.#update()
  }

  focus(): void {
    this.#input.focus({ preventScroll: true })
  }

  show(isAnswering: boolean): void {
    this.#isAnswering = isAnswering
    this.#update()
  }

  #halt(): void {
    this.focus()
    this.#desk.stop()
  }

  #submit(): void {
    const text = this.#input.value.trim()
    if (!text) return
    this.#input.value = ''
    this.#desk.send(text)
    this.#update()
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    this.#submit()
  }

  #update(): void {
    const { value } = this.#input
    const isEmpty = !value.trim()
    const left = LIMIT - value.length
    this.#grower.dataset.text = value
    this.#stop.hidden = !(this.#isAnswering && isEmpty)
    this.#send.hidden = !this.#stop.hidden
    this.#send.setAttribute('aria-disabled', String(isEmpty))
    this.#counter.textContent = left <= NEAR_LIMIT ? `${this.#desk.texts.left} ${left}` : ''
  }
}
