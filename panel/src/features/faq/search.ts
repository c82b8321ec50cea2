import { faqListFaq } from '@/api'
import type { PaletteItem } from '@/lib/feature'

const MOST = 6
const TITLE = 120

/** Entries for the palette, by any of their words. */
export default async function search(text: string): Promise<PaletteItem[]> {
  const { data } = await faqListFaq({ query: { q: text.slice(0, 200), limit: MOST }, throwOnError: true })
  return data.entries.map((entry) => ({ id: `faq-${entry.id}`, title: entry.question.slice(0, TITLE), hint: entry.answer.slice(0, TITLE), to: `/faq?entry=${entry.id}&q=${encodeURIComponent(entry.question.slice(0, 200))}` }))
}
