import { createI18n } from 'vue-i18n'
import { speak } from '@/api'
import type { Feature, Language, Local } from '@/lib/feature'

/** Russian: 1 книга, 2 книги, 5 книг; with four forms the first one is for zero. */
export function russianPlural(count: number, forms: number): number {
  const few = count % 10 >= 2 && count % 10 <= 4 && (count % 100 < 10 || count % 100 >= 20)
  const form = count % 10 === 1 && count % 100 !== 11 ? 0 : few ? 1 : 2
  if (forms < 4) return Math.min(form, forms - 1)
  return count === 0 ? 0 : form + 1
}

export const i18n = createI18n({
  legacy: false,
  locale: 'ru',
  fallbackLocale: 'en',
  missingWarn: import.meta.env.DEV,
  fallbackWarn: false,
  pluralRules: { ru: russianPlural },
  messages: {} as Record<string, Record<string, never>>,
})

const shared: Record<Language, () => Promise<{ default: object }>> = {
  ru: () => import('../locales/ru.json'),
  en: () => import('../locales/en.json'),
}
const loaded = new Map<string, Promise<void>>()
const wanted = new Map<string, Feature>()

export function language(): Language {
  return i18n.global.locale.value as Language
}

/** The words for whoever looks, from a text in both languages. */
export function localText(text: Local): string {
  return text[language()]
}

/** Loads a feature's texts in the language in use; the router does it before a view opens. */
export async function loadTexts(feature: Feature): Promise<void> {
  wanted.set(feature.id, feature)
  await load(feature.id, feature.locales, language())
}

/** Switches the language without a reload. */
export async function setLanguage(to: Language): Promise<void> {
  const features = [...wanted.values()].map((feature) => load(feature.id, feature.locales, to))
  await Promise.all([load('', shared, to), ...features])
  i18n.global.locale.value = to
  speak(to)
}

function load(id: string, from: Feature['locales'], to: Language): Promise<void> {
  const key = `${to}/${id}`
  const loading =
    loaded.get(key) ??
    from[to]().then((module) => {
      i18n.global.mergeLocaleMessage(to, id ? { [id]: module.default } : module.default)
    })
  loaded.set(key, loading)
  loading.catch(() => loaded.delete(key))
  return loading
}
