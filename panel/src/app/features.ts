import type { Feature, Group } from '@/lib/feature'

const modules = import.meta.glob<{ default: Feature }>('../features/*/index.ts', { eager: true })

export const GROUPS: Group[] = ['work', 'knowledge', 'channels', 'sales', 'system']

/** Every feature there is, in the order of the navigation. */
export const features: Feature[] = Object.values(modules)
  .map((module) => module.default)
  .sort((a, b) => rank(a) - rank(b) || a.id.localeCompare(b.id))

export function featureOf(id: unknown): Feature | undefined {
  return features.find((feature) => feature.id === id)
}

/** Where a feature opens: its first route, without what may be left out of it (`/faq/:id?`). */
export function pathOf(feature: Feature): string {
  return feature.routes[0]!.path.replace(/\/:.*$/, '')
}

function rank(feature: Feature): number {
  return feature.nav ? GROUPS.indexOf(feature.nav.group) * 1000 + feature.nav.order : 10_000
}
