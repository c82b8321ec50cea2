import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import type { Language } from '@/lib/feature'

export const THEMES = ['system', 'light', 'dark', 'night'] as const
export type Theme = (typeof THEMES)[number]
export type Density = 'comfortable' | 'compact'
const COLOURS = { light: '#f7f7f8', dark: '#0e0f12', night: '#140e08' }

/** How this browser shows the panel; `public/boot.js` reads the same before the first paint. */
export const usePreferences = defineStore(
  'preferences',
  () => {
    const theme = ref<Theme>('system')
    const density = ref<Density>('comfortable')
    const language = ref<Language>(document.documentElement.lang === 'en' ? 'en' : 'ru')
    const shortcuts = ref(true)
    const isNavNarrow = ref(false)
    const dark = matchMedia('(prefers-color-scheme: dark)')
    const isSystemDark = ref(dark.matches)
    dark.addEventListener('change', () => (isSystemDark.value = dark.matches))
    const shown = computed(() => (theme.value !== 'system' ? theme.value : isSystemDark.value ? 'dark' : 'light'))

    function paint(): void {
      const root = document.documentElement
      root.dataset.theme = shown.value
      root.dataset.density = density.value
      root.lang = language.value
      document.querySelector('meta[name=theme-color]')?.setAttribute('content', COLOURS[shown.value])
    }
    watch([shown, density, language], paint, { flush: 'sync' })
    return { theme, density, language, shortcuts, isNavNarrow, shown }
  },
  { persist: { key: 'secretary.preferences', pick: ['theme', 'density', 'language', 'shortcuts', 'isNavNarrow'] } },
)
