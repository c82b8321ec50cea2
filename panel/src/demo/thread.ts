import type { MessageOut, Node, Siblings } from '@/api/generated'
import { store, type Chat } from './data'
import { notFound, now, without, type Row } from './http'
import { tell } from './live'

/** A conversation's messages as a tree: which branch is shown, and what else there is. */
export function chatOf(id: string): Chat {
  const chat = store.chats.find((each) => each.id === id)
  if (!chat) throw notFound()
  return chat
}

export function messageOf(chat: Chat, id: string): MessageOut {
  const message = chat.messages.find((each) => each.id === id)
  if (!message) throw notFound()
  return message
}

export function shownBranch(chat: Chat): MessageOut[] {
  return chat.messages.filter((message) => message.is_active).sort((a, b) => a.seq - b.seq)
}

export function sessionOut(chat: Chat): Omit<Chat, 'messages'> {
  return without(chat as unknown as Row, 'messages') as unknown as Omit<Chat, 'messages'>
}

/** A page of the visible branch, the newest `last` messages before `before`. */
export function opened(chat: Chat, last = 50, before?: number) {
  const branch = shownBranch(chat).filter((message) => before === undefined || message.seq < before)
  const messages = branch.slice(-last)
  const has_more = branch.length > messages.length
  const info = messages.map((message) => [message.id, siblingsOf(chat, message)] as const).filter(([, each]) => each.total > 1)
  return { session: { ...sessionOut(chat), messages }, sibling_info: Object.fromEntries(info), has_more, before: has_more ? messages[0]!.seq : null }
}

function siblingsOf(chat: Chat, message: MessageOut): Siblings {
  const all = chat.messages.filter((each) => each.parent_id === message.parent_id && each.role === message.role).sort((a, b) => a.seq - b.seq)
  return { index: all.indexOf(message), total: all.length, siblings: all.map((each) => each.id) }
}

/** Shows the branch through this message: up to the root, and down by the newest. */
export function show(chat: Chat, message: MessageOut): void {
  const path = new Set<string>()
  for (let at: MessageOut | undefined = message; at; at = chat.messages.find((each) => each.id === at!.parent_id)) path.add(at.id)
  for (let at: MessageOut | undefined = message; at; at = newestChild(chat, at.id)) path.add(at.id)
  for (const each of chat.messages) each.is_active = path.has(each.id)
}

function newestChild(chat: Chat, id: string): MessageOut | undefined {
  return chat.messages.filter((each) => each.parent_id === id).sort((a, b) => b.seq - a.seq)[0]
}

export function tree(chat: Chat, parent: string | null = null): Node[] {
  const children = chat.messages.filter((each) => each.parent_id === parent).sort((a, b) => a.seq - b.seq)
  return children.map((each) => ({ id: each.id, role: each.role, content_preview: each.content.slice(0, 80), is_active: each.is_active, more: false, children: tree(chat, each.id) }))
}

/** Removes a message with what is below it; where it was shown, a sibling takes its place. */
export function cut(chat: Chat, id: string): void {
  const message = messageOf(chat, id)
  const gone = new Set([id])
  for (let size = 0; size !== gone.size; ) {
    size = gone.size
    for (const each of chat.messages) if (each.parent_id && gone.has(each.parent_id)) gone.add(each.id)
  }
  chat.messages = chat.messages.filter((each) => !gone.has(each.id))
  const heir = chat.messages.filter((each) => each.parent_id === message.parent_id).at(-1)
  if (message.is_active && heir) show(chat, heir)
  touch(chat)
}

export function touch(chat: Chat): void {
  const branch = shownBranch(chat)
  chat.message_count = branch.length
  chat.last_message = branch.at(-1)?.content.slice(0, 200) ?? ''
  chat.updated = now()
  store.chats.sort((a, b) => b.updated.localeCompare(a.updated))
  tell('conversation', 'update', chat.id)
}
