import { MessageSquareCode } from '@lucide/vue'
import { widgetListInstances } from '@/api'
import type { PaletteItem } from '@/lib/feature'

/** Widgets by name or site, for the command palette. */
export default async function search(text: string): Promise<PaletteItem[]> {
  const { data } = await widgetListInstances({ throwOnError: true })
  const wanted = text.toLowerCase()
  return data.instances
    .filter((widget) => [widget.name, widget.title, ...(widget.allowed_domains ?? [])].some((each) => each?.toLowerCase().includes(wanted)))
    .slice(0, 5)
    .map((widget) => ({ id: `widget-${widget.id}`, title: widget.name ?? '', hint: widget.allowed_domains?.[0], icon: MessageSquareCode, to: `/widgets/${widget.id}` }))
}
