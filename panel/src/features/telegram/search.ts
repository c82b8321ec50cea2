import { Send } from '@lucide/vue'
import { telegramListInstances } from '@/api'
import type { PaletteItem } from '@/lib/feature'

/** Bots by name, for the command palette. */
export default async function search(text: string): Promise<PaletteItem[]> {
  const { data } = await telegramListInstances({ throwOnError: true })
  const wanted = text.toLowerCase()
  return data.instances
    .filter((row) => [row.name, row.bot_name, row.bot_link].some((each) => each?.toLowerCase().includes(wanted)))
    .slice(0, 5)
    .map((row) => ({ id: `telegram-${row.id}`, title: row.name ?? '', hint: row.bot_name, icon: Send, to: `/telegram/${row.id}` }))
}
