import { i18n } from '@/app/i18n'
import type { Language } from '@/lib/feature'

const TEXTS = { ru: () => import('./locales/ru.json'), en: () => import('./locales/en.json') }

/** A feature's own texts, after those of this folder, which several features share. */
export async function withChatTexts(to: Language, own: () => Promise<{ default: object }>): Promise<{ default: object }> {
  const [shared, module] = await Promise.all([TEXTS[to](), own()])
  i18n.global.mergeLocaleMessage(to, { chat: shared.default })
  return module
}
