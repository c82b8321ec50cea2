import { computed, watchEffect } from 'vue'
import { useRouter } from 'vue-router'
import { features, pathOf } from './features'
import { useShortcuts } from './keyboard'
import { isHelpOpen, isPaletteOpen } from './palette'
import { useSession } from './session'

const GO = { ru: 'Переход', en: 'Go to' }
const EVERYWHERE = { ru: 'Везде', en: 'Everywhere' }

/** The keys that work in every view. */
export function useShellKeys(): void {
  const router = useRouter()
  const session = useSession()
  const seen = computed(() => features.filter((feature) => feature.nav?.shortcut && session.sees(feature)))
  useShortcuts([
    { keys: 'mod KeyK', group: EVERYWHERE, title: { ru: 'Поиск и команды', en: 'Search and commands' }, isAlways: true, run: () => (isPaletteOpen.value = !isPaletteOpen.value) },
    { keys: 'shift Slash', group: EVERYWHERE, title: { ru: 'Все сочетания клавиш', en: 'All shortcuts' }, run: () => (isHelpOpen.value = true) },
    { keys: 'Slash', group: EVERYWHERE, title: { ru: 'К строке поиска', en: 'To the search box' }, run: () => document.querySelector<HTMLElement>('[data-search]')?.focus() },
    { keys: 'KeyJ', group: EVERYWHERE, title: { ru: 'Следующая строка', en: 'Next row' }, run: () => step(1) },
    { keys: 'KeyK', group: EVERYWHERE, title: { ru: 'Предыдущая строка', en: 'Previous row' }, run: () => step(-1) },
    ...features
      .filter((feature) => feature.nav?.shortcut)
      .map((feature) => ({
        keys: `g ${feature.nav!.shortcut}`,
        group: GO,
        title: feature.title,
        run: () => void (seen.value.includes(feature) && router.push(pathOf(feature))),
      })),
  ])
  watchEffect(() => {
    if (!session.isSignedIn) isHelpOpen.value = false
  })
}

/** With no row in focus, j and k begin in the first list of the page. Lists walk on by themselves. */
function step(by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('main tbody tr[tabindex], main [data-row]')]
  const current = rows.findIndex((row) => row.tabIndex === 0)
  const to = rows[document.activeElement && rows.includes(document.activeElement as HTMLElement) ? current + by : Math.max(0, current)]
  to?.focus()
}
