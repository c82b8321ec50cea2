import { Cpu } from '@lucide/vue'
import { llmListProviders } from '@/api'
import { useSession } from '@/app/session'
import type { PaletteItem } from '@/lib/feature'

/** Providers by name, model or type. */
export default async function search(text: string): Promise<PaletteItem[]> {
  if (!useSession().may({ module: 'providers' })) return []
  const { data } = await llmListProviders({ query: { limit: 500 }, throwOnError: true })
  const wanted = text.toLowerCase()
  return data.providers
    .filter((each) => `${each.name} ${each.model_name} ${each.provider_type}`.toLowerCase().includes(wanted))
    .slice(0, 5)
    .map((each) => ({ id: `provider-${each.id}`, title: each.name, hint: each.model_name, icon: Cpu, to: `/models/providers?open=${encodeURIComponent(each.id)}` }))
}
