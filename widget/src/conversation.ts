/** Owns what was said and what is being said: one message after the other, each with its answer. Draws nothing. */
import { type Api, Refusal } from './api'
import { deliver } from './delivery'
import { type Entry, adopt, applyEvent, noteEntry, outgoingEntry, pendingAnswer, storedEntry } from './entry'
import type { Visit } from './visit'
import { isRunning } from './wire'

/** How long the server may take to confirm a stop before the widget stops listening by itself. */
const STOP_MS = 2000

interface Exchange {
  answer: Entry
  asked: Entry | undefined
  stopper: AbortController
}

export class Conversation {
  entries: Entry[] = []
  onChange = (): void => undefined
  /** An answer is complete (or ended early), while the visitor may be looking elsewhere. */
  onAnswer = (_answer: Entry): void => undefined

  readonly #api: Api
  readonly #visit: Visit
  #exchange: Exchange | undefined
  #line: Promise<void> = Promise.resolve()

  constructor(api: Api, visit: Visit) {
    this.#api = api
    this.#visit = visit
  }

  get isAnswering(): boolean {
    return this.#exchange !== undefined
  }

  get isWithPerson(): boolean {
    return this.#visit.isWithPerson
  }

  /** Say something; it waits its turn behind what was said before. */
  send(content: string, label = content): void {
    this.#enqueue(outgoingEntry(content, label))
  }

  /** Send again what was not taken, at the end of the conversation and under the same id. */
  retry(entry: Entry): void {
    this.#drop(entry)
    this.#enqueue(Object.assign(entry, { status: 'queued', problem: '' }))
  }

  stop(): void {
    const { answer, stopper } = this.#exchange ?? {}
    if (!answer || !stopper) return
    if (!answer.id) return stopper.abort()
    setTimeout(() => stopper.abort(), STOP_MS)
    this.#visit.cancel(answer.id).catch(() => stopper.abort())
  }

  /** Begin anew: nothing of the old conversation stays in this browser. */
  clear(): void {
    this.stop()
    this.#exchange?.stopper.abort()
    this.#visit.forget()
    this.entries = []
    this.#line = Promise.resolve()
    this.onChange()
  }

  /** Fetch what was said in another tab, on another page or by a person. Failures are left to the next time. */
  async refresh(): Promise<void> {
    if (!this.#visit.isKnown || this.isAnswering) return
    const { entries } = this
    const messages = await this.#visit.history().catch(() => [])
    if (this.isAnswering || entries !== this.entries) return
    for (const message of messages) {
      const known = entries.find(({ id }) => id === message.id)
      if (known) adopt(known, message)
      else entries.push(storedEntry(message))
    }
    const last = entries.at(-1)
    if (last?.role === 'assistant' && isRunning(last.status)) this.#then(() => this.#follow(last))
    this.onChange()
  }

  #enqueue(asked: Entry): void {
    this.entries.push(asked)
    this.onChange()
    this.#then(() => this.#ask(asked))
  }

  #then(work: () => Promise<void>): void {
    this.#line = this.#line.then(work)
  }

  async #ask(asked: Entry): Promise<void> {
    if (!this.entries.includes(asked)) return
    const answer = pendingAnswer()
    this.#insertAfter(asked, answer)
    await this.#follow(answer, asked)
  }

  async #follow(answer: Entry, asked?: Entry): Promise<void> {
    const exchange: Exchange = { answer, asked, stopper: new AbortController() }
    this.#exchange = exchange
    this.onChange()
    try {
      await this.#listen(exchange)
      this.#settle(answer)
    } catch (error) {
      this.#giveUp(exchange, error)
    }
    if (this.#exchange === exchange) this.#exchange = undefined
    this.onChange()
    if (this.entries.includes(answer)) this.onAnswer(answer)
  }

  async #listen({ answer, asked, stopper: { signal } }: Exchange): Promise<void> {
    const onWay = (way: Entry['way']): void => {
      answer.way = way
      if (asked) asked.way = way
      this.onChange()
    }
    const errand = { message: asked?.outgoing, answerId: answer.id, signal, onWay }
    for await (const event of deliver(this.#api, this.#visit, errand)) {
      if (signal.aborted) continue
      if (event.type === 'handoff') this.#handOver(answer, noteEntry(event.message))
      else applyEvent(event, answer, asked)
      if (event.type === 'chunk') this.#visit.isWithPerson = false
      this.onChange()
    }
  }

  #handOver(answer: Entry, note: Entry): void {
    this.#visit.isWithPerson = true
    if (note.text) this.#insertAfter(answer, note)
  }

  /** The server has said all. Silence means that a person is going to answer. */
  #settle(answer: Entry): void {
    if (!isRunning(answer.status)) return
    answer.status = 'complete'
    if (answer.text) return
    this.#visit.isWithPerson = true
    this.#drop(answer)
  }

  #giveUp({ answer, asked, stopper }: Exchange, error: unknown): void {
    if (asked && isRunning(asked.status)) {
      const problem = error instanceof Refusal ? error.detail : ''
      Object.assign(asked, { status: 'failed', problem, way: 'through' })
      this.#drop(answer)
    } else {
      answer.status = stopper.signal.aborted ? 'cancelled' : 'interrupted'
      answer.way = 'through'
    }
  }

  #insertAfter(entry: Entry, next: Entry): void {
    this.entries.splice(this.entries.indexOf(entry) + 1, 0, next)
  }

  #drop(entry: Entry): void {
    const at = this.entries.indexOf(entry)
    if (at >= 0) this.entries.splice(at, 1)
  }
}
