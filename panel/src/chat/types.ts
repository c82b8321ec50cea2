import type { ChatCreateChatResponse, ChatReadChatResponse, ChatSearchChatsResponse, MessageOut, QuickReply, Siblings, Source } from '@/api/generated'

export type Session = ChatCreateChatResponse['session']
export type Found = ChatSearchChatsResponse['results'][number]
export type SessionPage = ChatReadChatResponse
export type { QuickReply, Siblings, Source }

/** What the backend tells of a message; who wrote it, and whether the secretary was silent, only where it is known. */
export type Message = MessageOut & { author_id?: string | null; held?: boolean; withdrawn?: string | null }

const UNFINISHED = ['queued', 'streaming']

export function isUnfinished(message: Message): boolean {
  return UNFINISHED.includes(message.status)
}
