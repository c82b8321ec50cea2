/** Owns what every part of the window has at hand: words, the server's address, and what a press may cause. */
import type { Entry } from './entry'
import type { Texts } from './locale'

export interface Desk {
  origin: string
  texts: Texts
  /** Say something in the visitor's name; `label` is shown instead of what is sent. */
  send(content: string, label?: string): void
  retry(entry: Entry): void
  /** Stop the answer that is running. */
  stop(): void
  /** Begin a new conversation. */
  begin(): void
  close(): void
}
