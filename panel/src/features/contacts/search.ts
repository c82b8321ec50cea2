import { ContactRound } from '@lucide/vue'
import { contactsListContacts } from '@/api'
import type { PaletteItem } from '@/lib/feature'
import { nameOf, shownValue } from './contacts'

/** Contacts by name, number or address. */
export default async function search(text: string): Promise<PaletteItem[]> {
  const { data } = await contactsListContacts({ query: { search: text.slice(0, 200), limit: 5 }, throwOnError: true })
  return data.contacts.map((row) => ({ id: `contact-${row.id}`, title: nameOf(row) || row.id, hint: row.identities[0] && shownValue(row.identities[0]), icon: ContactRound, to: `/contacts/${row.id}` }))
}
