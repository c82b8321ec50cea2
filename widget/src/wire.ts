/** Owns the shapes that travel between the widget and the server, as the server writes them. */

export type Status = 'queued' | 'streaming' | 'complete' | 'interrupted' | 'cancelled' | 'failed'

export interface Source {
  title: string
  url?: string | null
  quote?: string | null
}

/** A reply offered for one press: `label` is shown, `value` is sent. */
export interface Choice {
  label: string
  value: string
}

export interface Message {
  id: string
  role: 'user' | 'assistant'
  content: string
  created: string
  status: Status
  sources?: Source[] | null
  buttons?: Choice[] | null
}

export interface Session {
  id: string
  messages: Message[]
}

export type AnswerEvent =
  | { type: 'user_message'; message: Message; answer_id: string }
  | { type: 'chunk'; content: string }
  | { type: 'sources'; sources: Source[] }
  | { type: 'buttons'; buttons: Choice[] }
  | { type: 'handoff'; message: string | Message }
  | { type: 'assistant_message'; message: Message }
  | { type: 'error'; code: string; message: string }

export function isRunning(status: Status): boolean {
  return status === 'queued' || status === 'streaming'
}
