import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { features, GROUPS, pathOf } from './features'
import { localText } from './i18n'
import { useSession } from './session'

/** The navigation for whoever is signed in, by group. */
export function useNav() {
  const session = useSession()
  const { t, locale } = useI18n()
  const seen = computed(() => features.filter((feature) => feature.nav && session.sees(feature) && (feature.nav.isShown?.() ?? true)))
  const entries = computed(() =>
    seen.value.map((feature) => ({ id: feature.id, nav: feature.nav!, group: feature.nav!.group, to: pathOf(feature), title: locale.value && localText(feature.title) })),
  )
  const groups = computed(() =>
    GROUPS.map((id) => ({ id, title: t(`group.${id}`), entries: entries.value.filter((entry) => entry.group === id) })).filter((group) => group.entries.length),
  )
  const onPhone = computed(() => {
    const chosen = entries.value.filter((entry) => entry.nav.isOnPhone)
    return [...chosen, ...entries.value.filter((entry) => !chosen.includes(entry) && !entry.nav.isShown)].slice(0, 4)
  })
  return { groups, onPhone }
}
