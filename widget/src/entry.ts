/** Owns one line of the conversation as the visitor sees it, and what each event of an answer does to it. */
import type { Outgoing } from './api'
import type { Restart, Way } from './delivery'
import type { AnswerEvent, Choice, Message, Source, Status } from './wire'

export interface Entry {
  role: 'user' | 'assistant' | 'note'
  /** The server's id; empty until the server has named it. */
  id: string
  text: string
  /** Of a visitor's message: `queued` until the server has it, `failed` when it was not taken. */
  status: Status
  way: Way
  /** Why it failed, in words for the visitor. */
  problem: string
  sources: Source[]
  choices: Choice[]
  /** Kept to send it again under the same id. */
  outgoing?: Outgoing
}

function blank(role: Entry['role'], text: string, status: Status): Entry {
  return { role, text, status, id: '', way: 'through', problem: '', sources: [], choices: [] }
}

export function outgoingEntry(content: string, label: string): Entry {
  return { ...blank('user', label, 'queued'), outgoing: { content, message_id: uuid() } }
}

export function pendingAnswer(): Entry {
  return blank('assistant', '', 'queued')
}

export function noteEntry(message: string | Message): Entry {
  return blank('note', typeof message === 'string' ? message : message.content, 'complete')
}

export function storedEntry(message: Message): Entry {
  return adopt(blank(message.role, message.content, message.status), message)
}

/** Take over what the server has stored. A visitor's own line keeps the label that was pressed. */
export function adopt(entry: Entry, message: Message): Entry {
  entry.id = message.id
  entry.status = message.status
  if (entry.role === 'user') return entry
  entry.text = message.content
  entry.sources = message.sources ?? entry.sources
  entry.choices = message.buttons ?? entry.choices
  return entry
}

/** What an event changes in the answer and in the message it answers. */
export function applyEvent(event: AnswerEvent | Restart, answer: Entry, asked?: Entry): void {
  if (event.type === 'user_message') {
    answer.id = event.answer_id
    if (asked) Object.assign(asked, { id: event.message.id, status: 'complete' })
  } else if (event.type === 'chunk') {
    answer.text = (answer.status === 'queued' ? '' : answer.text) + event.content
    answer.status = 'streaming'
  } else if (event.type === 'restart') answer.status = 'queued'
  else if (event.type === 'sources') answer.sources = event.sources
  else if (event.type === 'buttons') answer.choices = event.buttons
  else if (event.type === 'assistant_message') adopt(answer, event.message)
  else if (event.type === 'error') Object.assign(answer, { status: 'failed', problem: event.message })
}

/** A browser names every blob with a UUID; `crypto.randomUUID` exists only on secure pages. */
export function uuid(): string {
  const address = URL.createObjectURL(new Blob())
  URL.revokeObjectURL(address)
  return address.slice(-36)
}
