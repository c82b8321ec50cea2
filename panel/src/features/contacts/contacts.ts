import { AtSign, Globe, Mail, MessageCircle, Phone, Send, type LucideIcon } from '@lucide/vue'
import type { IdentityOut, ListedContact } from '@/api/generated'
import { queries } from '@/app/query'

export const KINDS = ['telegram', 'whatsapp', 'widget', 'phone', 'email', 'max', 'vk'] as const
/** What a person can write down by hand. */
export const KNOWN_KINDS = ['phone', 'email', 'telegram', 'whatsapp', 'max', 'vk'] as const
export const ICONS: Record<string, LucideIcon> = { telegram: Send, whatsapp: MessageCircle, widget: Globe, phone: Phone, email: Mail }
export const OTHER_ICON = AtSign
const NUMBERS = ['phone', 'whatsapp']
const PROVEN = ['channel', 'verified']

type Known = Pick<IdentityOut, 'kind' | 'value' | 'label' | 'evidence'>

export function isProven(identity: Pick<IdentityOut, 'evidence'>): boolean {
  return PROVEN.includes(identity.evidence)
}

/** A number or an address as one reads it. */
export function shownValue({ kind, value, label }: Pick<Known, 'kind' | 'value' | 'label'>): string {
  if (NUMBERS.includes(kind)) return shownPhone(value)
  if (kind === 'widget') return label || value.slice(0, 8)
  return label && label !== value ? `${label} (${value})` : value
}

function shownPhone(value: string): string {
  const russian = /^7(\d{3})(\d{3})(\d{2})(\d{2})$/.exec(value)
  if (russian) return `+7 ${russian[1]} ${russian[2]}-${russian[3]}-${russian[4]}`
  return /^\d{5,}$/.test(value) ? `+${value}` : value
}

/** A contact's name, or what stands in its place; empty where nothing does. */
export function nameOf(contact: { name: string; identities?: readonly Known[] }): string {
  if (contact.name.trim()) return contact.name
  const known = contact.identities?.find(({ kind }) => kind !== 'widget')
  return known ? shownValue(known) : ''
}

/** By what two contacts look like one customer: the same number or address, of which at least one is unproven. */
export function shared(one: readonly Known[], other: readonly Known[]): Known[] {
  const alike = (a: Known, b: Known): boolean => a.value === b.value && (a.kind === b.kind || (NUMBERS.includes(a.kind) && NUMBERS.includes(b.kind)))
  const found = one.filter((a) => other.some((b) => alike(a, b)))
  return found.filter((a, at) => found.findIndex((b) => alike(a, b)) === at)
}

/** Who each is known as, once per kind, for a list. */
export function kindsOf(contact: Pick<ListedContact, 'identities'>): string[] {
  return [...new Set(contact.identities.map(({ kind }) => kind))].sort((a, b) => KINDS.indexOf(a as never) - KINDS.indexOf(b as never))
}

export async function refresh(): Promise<void> {
  await queries.invalidateQueries({ predicate: ({ queryKey }) => (queryKey[0] as { tags?: string[] })?.tags?.includes('contacts') ?? false })
}
