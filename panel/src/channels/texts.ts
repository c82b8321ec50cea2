import { withAiTexts } from '@/ai/texts'
import { i18n } from '@/app/i18n'
import type { Language } from '@/lib/feature'

const TEXTS = { ru: () => import('./locales/ru.json'), en: () => import('./locales/en.json') }

/** A messenger's own texts, after those that all of them share. */
export async function withChannelTexts(to: Language, own: () => Promise<{ default: object }>): Promise<{ default: object }> {
  const [shared, module] = await Promise.all([TEXTS[to](), withAiTexts(to, own)])
  i18n.global.mergeLocaleMessage(to, { channels: shared.default })
  return module
}
