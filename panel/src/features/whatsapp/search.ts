import { MessageCircle } from '@lucide/vue'
import { whatsappListInstances } from '@/api'
import type { PaletteItem } from '@/lib/feature'

/** Numbers by name, for the command palette. */
export default async function search(text: string): Promise<PaletteItem[]> {
  const { data } = await whatsappListInstances({ throwOnError: true })
  const wanted = text.toLowerCase()
  return data.instances
    .filter((row) => [row.name, row.bot_name, row.bot_link].some((each) => each?.toLowerCase().includes(wanted)))
    .slice(0, 5)
    .map((row) => ({ id: `whatsapp-${row.id}`, title: row.name ?? '', hint: row.bot_name, icon: MessageCircle, to: `/whatsapp/${row.id}` }))
}
