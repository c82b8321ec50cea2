/** Owns the visitor's session with the server: begun with the first message, renewed silently, replaced when gone. */
import { type Api, type Pass, Refusal } from './api'
import type { Memory } from './memory'
import type { Message } from './wire'

export class Visit {
  readonly #api: Api
  readonly #memory: Memory
  readonly #language: string

  constructor(api: Api, memory: Memory, language: string) {
    this.#api = api
    this.#memory = memory
    this.#language = language
  }

  get isKnown(): boolean {
    return this.#memory.session() !== undefined
  }

  get isWithPerson(): boolean {
    return this.#memory.session()?.isWithPerson ?? false
  }

  set isWithPerson(value: boolean) {
    const session = this.#memory.session()
    if (session && Boolean(session.isWithPerson) !== value) this.#memory.keep({ ...session, isWithPerson: value })
  }

  /** Do something with the session. One that is gone is forgotten, and replaced while `attempts` are left. */
  async within<T>(signal: AbortSignal, use: (pass: Pass) => Promise<T>, attempts: number): Promise<T> {
    try {
      return await use(await this.#pass(signal))
    } catch (error) {
      if (!(error instanceof Refusal && error.isGone)) throw error
      this.forget()
      if (attempts < 2) throw error
      return this.within(signal, use, attempts - 1)
    }
  }

  /** What was said in the known session; the server may renew the token on the way. */
  history(): Promise<Message[]> {
    return this.within(
      new AbortController().signal,
      async (pass) => {
        const { session, token } = await this.#api.history(pass)
        const known = this.#memory.session()
        if (token && known) this.#memory.keep({ ...known, token })
        return session.messages
      },
      1,
    )
  }

  async cancel(answerId: string): Promise<void> {
    const known = this.#memory.session()
    if (known) await this.#api.cancel(known, answerId)
  }

  forget(): void {
    this.#memory.forget()
  }

  async #pass(signal: AbortSignal): Promise<Pass> {
    const known = this.#memory.session()
    if (known) return known
    const begun = await this.#api.begin(this.#language, signal)
    signal.throwIfAborted()
    this.#memory.keep(begun)
    return begun
  }
}
