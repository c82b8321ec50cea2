import type { ChatCreateChatResponse, ChatReadChatResponse, ChatSearchChatsResponse, MessageOut, QuickReply, Siblings, Source } from '@/api/generated'

export type Session = ChatCreateChatResponse['session']
export type Found = ChatSearchChatsResponse['results'][number]
export type SessionPage = ChatReadChatResponse
export type { QuickReply, Siblings, Source }

export type Message = MessageOut

const UNFINISHED = ['queued', 'streaming']

export function isUnfinished(message: Message): boolean {
  return UNFINISHED.includes(message.status)
}
