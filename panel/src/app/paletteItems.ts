import { Keyboard, Languages, LogOut, Monitor, Moon, Rows3, Sun, Sunset } from '@lucide/vue'
import { computed, ref, watch, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { PaletteItem } from '@/lib/feature'
import { quiet } from '@/lib/later'
import { features } from './features'
import { localText } from './i18n'
import { shownKeys } from './keyboard'
import { useNav } from './nav'
import { isHelpOpen } from './palette'
import { THEMES, usePreferences } from './preferences'
import { useSession } from './session'

export type Found = PaletteItem
const THEME_ICONS = { system: Monitor, light: Sun, dark: Moon, night: Sunset }
const SHORTEST = 2

/** What the palette offers for a text: what is here already at once, records when the backend has found them. */
export function usePaletteItems(text: Ref<string>) {
  const { t } = useI18n()
  const session = useSession()
  const { groups: nav } = useNav()
  const records = ref<{ title: string; items: Found[] }[]>([])
  const running = ref(0)
  const seen = computed(() => features.filter((feature) => session.sees(feature)))

  const views = computed<Found[]>(() =>
    nav.value.flatMap((group) => group.entries.map((entry) => ({ id: `view-${entry.id}`, title: entry.title, icon: entry.nav.icon, to: entry.to, hint: entry.nav.shortcut ? shownKeys(`g ${entry.nav.shortcut}`).join(' ').toLowerCase() : group.title }))),
  )
  const actions = computed<Found[]>(() => [
    ...seen.value.flatMap((feature) => (feature.palette?.actions ?? []).filter((action) => session.may(action.right)).map((action) => ({ ...action, title: localText(action.title), hint: localText(feature.title) }))),
    ...ownActions(t),
  ])

  const search = quiet(async (wanted: string) => {
    const asked = seen.value.filter((feature) => feature.palette?.search)
    records.value = []
    running.value = asked.length
    for (const feature of asked) {
      void (async () => (await feature.palette!.search!()).default(wanted))()
        .catch(() => [])
        .then((items) => {
          if (wanted !== text.value.trim()) return
          running.value--
          if (items.length) records.value = [...records.value, { title: localText(feature.title), items }]
        })
    }
  }, 200)
  watch(text, (now) => {
    const wanted = now.trim()
    if (wanted.length < SHORTEST) records.value = []
    else search(wanted)
  })

  const groups = computed<{ title: string; items: Found[] }[]>(() => {
    const words = text.value.trim().toLowerCase()
    const fits = (item: Found): boolean => !words || words.split(/\s+/).every((word) => `${item.title} ${item.hint ?? ''}`.toLowerCase().includes(word))
    const own = [
      { title: t('palette.views'), items: views.value.filter(fits) },
      { title: t('palette.actions'), items: actions.value.filter(fits) },
    ]
    return [...own, ...records.value].filter((group) => group.items.length)
  })
  return { groups, isSearching: computed(() => running.value > 0 && text.value.trim().length >= SHORTEST) }
}

function ownActions(t: (key: string) => string): Found[] {
  const preferences = usePreferences()
  const session = useSession()
  const other = preferences.language === 'ru' ? 'en' : 'ru'
  const theme = t('shell.theme')
  return [
    ...THEMES.map((each) => ({ id: `theme-${each}`, title: `${theme}: ${t(`theme.${each}`)}`, icon: THEME_ICONS[each], run: () => void (preferences.theme = each) })),
    { id: 'language', title: other === 'ru' ? 'Язык: русский' : 'Language: English', icon: Languages, run: () => void (preferences.language = other) },
    { id: 'density', title: t(preferences.density === 'compact' ? 'palette.comfortable' : 'palette.compact'), icon: Rows3, run: () => void (preferences.density = preferences.density === 'compact' ? 'comfortable' : 'compact') },
    { id: 'help', title: t('shell.shortcuts'), icon: Keyboard, hint: '?', run: () => void (isHelpOpen.value = true) },
    { id: 'leave', title: t('shell.leave'), icon: LogOut, run: () => void session.leave() },
  ]
}
