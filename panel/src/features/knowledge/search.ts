import { knowledgeListDocuments } from '@/api'
import type { PaletteItem } from '@/lib/feature'

const MOST = 6

/** Documents for the palette, by title or name. */
export default async function search(text: string): Promise<PaletteItem[]> {
  const { data } = await knowledgeListDocuments({ query: { q: text.slice(0, 200), limit: MOST }, throwOnError: true })
  return data.documents.map(({ id, title, filename }) => ({ id: `document-${id}`, title: (title || filename).slice(0, 120), to: `/knowledge/documents/${id}` }))
}
