import type { Message, Session, SessionPage, Siblings } from './types'

/** What is loaded of a conversation: the end of its visible branch, and as much before it as was asked for. */
export interface Thread {
  session: Session
  messages: Message[]
  siblings: Record<string, Siblings>
  /** The number before which there are older messages; null where everything is here. */
  before: number | null
}

export function asThread({ session, sibling_info, before }: SessionPage): Thread {
  const { messages, ...rest } = session
  return { session: rest, messages, siblings: sibling_info, before }
}

/** The newest page, with the older messages that are known already.
 *
 * A message's ancestors never change, so what was loaded above the page's first message stays true while that
 * message hangs where it hung; where it does not (another branch is shown), only the page is kept.
 */
export function withNewest(known: Thread | undefined, page: SessionPage): Thread {
  const fresh = asThread(page)
  const parent = fresh.messages[0]?.parent_id
  if (!known || !parent || fresh.before === null) return fresh
  const at = known.messages.findIndex((message) => message.id === parent)
  if (at < 0) return fresh
  return { ...fresh, messages: [...known.messages.slice(0, at + 1), ...fresh.messages], siblings: { ...known.siblings, ...fresh.siblings }, before: known.before }
}

/** The page before what is known. Left out when it does not lead to it: another branch is shown by now. */
export function withOlder(known: Thread, page: SessionPage): Thread {
  const older = asThread(page)
  if (!older.messages.length) return { ...known, before: null }
  if (older.messages.at(-1)!.id !== known.messages[0]?.parent_id) return known
  return { ...known, messages: [...older.messages, ...known.messages], siblings: { ...older.siblings, ...known.siblings }, before: older.before }
}

/** As `known`, with one message changed. */
export function withMessage(known: Thread, id: string, change: Partial<Message>): Thread {
  return { ...known, messages: known.messages.map((message) => (message.id === id ? { ...message, ...change } : message)) }
}

/** A question and its answer to come, below `parent`; what hung there is another branch now. */
export function withExchange(known: Thread, question: Message, answer: Message): Thread {
  const at = known.messages.findIndex((message) => message.id === question.parent_id)
  const kept = question.parent_id ? known.messages.slice(0, at < 0 ? known.messages.length : at + 1) : []
  return { ...known, messages: [...kept.filter((message) => message.id !== question.id && message.id !== answer.id), question, answer] }
}
