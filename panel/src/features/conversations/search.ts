import { chatListChats } from '@/api'
import { titleOf } from '@/chat/titles'
import type { Session } from '@/chat/types'
import type { PaletteItem } from '@/lib/feature'

const MOST = 6

/** Conversations for the palette: by title, or by what was said. */
export default async function search(text: string): Promise<PaletteItem[]> {
  const { data } = await chatListChats({ query: { q: text, limit: MOST }, throwOnError: true })
  return (data.sessions as Session[]).map((session) => ({ id: `chat-${session.id}`, title: titleOf(session) || session.id, to: `/conversations/${session.id}` }))
}
