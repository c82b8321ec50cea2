import { Code, MessageCircle, MessagesSquare, PanelsTopLeft, Phone, Send, type LucideIcon } from '@lucide/vue'
import { useI18n } from 'vue-i18n'

const ICONS: Record<string, LucideIcon> = { widget: MessagesSquare, telegram: Send, whatsapp: MessageCircle, phone: Phone, admin: PanelsTopLeft, api: Code }
export const KNOWN_SOURCES = Object.keys(ICONS)

/** The picture and the name of the channel by which a conversation came. */
export function useChannels() {
  const { t, te } = useI18n()
  const icon = (source: string): LucideIcon => ICONS[source] ?? MessageCircle
  const name = (source: string): string => (te(`channel.${source}`) ? t(`channel.${source}`) : source)
  const inOrder = (sources: readonly string[]): string[] => [...sources].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b))
  return { icon, name, inOrder }
}

function rank(source: string): number {
  const at = KNOWN_SOURCES.indexOf(source)
  return at < 0 ? KNOWN_SOURCES.length : at
}
