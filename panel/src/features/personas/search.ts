import { Drama } from '@lucide/vue'
import { llmListPresets } from '@/api'
import type { PaletteItem } from '@/lib/feature'

/** Personas by name. */
export default async function search(text: string): Promise<PaletteItem[]> {
  const { data } = await llmListPresets({ query: { limit: 500 }, throwOnError: true })
  const wanted = text.toLowerCase()
  return data.presets
    .filter((each) => `${each.name} ${each.id} ${each.description}`.toLowerCase().includes(wanted))
    .slice(0, 5)
    .map((each) => ({ id: `persona-${each.id}`, title: each.name, hint: each.description, icon: Drama, to: `/personas/${encodeURIComponent(each.id)}` }))
}
