import type { ContactFields, ContactOut } from '@/api/generated'

export interface About {
  name: string
  language: 'ru' | 'en'
  tags: string[]
  fields: { name: string; text: string }[]
}

export function valuesOf(contact: Pick<ContactOut, 'name' | 'language' | 'tags' | 'fields'>): About {
  return {
    name: contact.name,
    language: contact.language === 'en' ? 'en' : 'ru',
    tags: [...contact.tags],
    fields: Object.entries(contact.fields).map(([name, text]) => ({ name, text })),
  }
}

/** As the backend takes it: fields without a name are left out, the last of two with one name stays. */
export function bodyOf(values: About): ContactFields {
  const named = values.fields.map(({ name, text }) => [name.trim(), text.trim()] as const).filter(([name]) => name)
  return { name: values.name.trim(), language: values.language, tags: values.tags, fields: Object.fromEntries(named) }
}
