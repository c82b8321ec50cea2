import { inboxListInbox } from '@/api'
import { nameOf } from './cases'
import type { PaletteItem } from '@/lib/feature'

const MOST = 6

/** Conversations for the palette: by who wrote, by title, or by what was said. */
export default async function search(text: string): Promise<PaletteItem[]> {
  const { data } = await inboxListInbox({ query: { search: text, limit: MOST }, throwOnError: true })
  return data.sessions.map((row) => ({ id: `inbox-${row.id}`, title: nameOf(row) || row.id, to: `/inbox/${row.id}` }))
}
