import { Bot } from '@lucide/vue'
import { assistantsListAssistants } from '@/api'
import type { PaletteItem } from '@/lib/feature'

/** Assistants by name. */
export default async function search(text: string): Promise<PaletteItem[]> {
  const { data } = await assistantsListAssistants({ throwOnError: true })
  const wanted = text.toLowerCase()
  return data.assistants
    .filter((each) => `${each.name} ${each.description} ${each.card.company}`.toLowerCase().includes(wanted))
    .slice(0, 5)
    .map((each) => ({ id: `assistant-${each.id}`, title: each.name, hint: each.description || each.card.company, icon: Bot, to: `/assistants/${encodeURIComponent(each.id)}` }))
}
