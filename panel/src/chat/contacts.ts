/** A contact that somebody left, as an address that does nothing but dial or write; null where it is neither. */
export function contactLink(contact: string): string | null {
  const text = contact.trim()
  if (/^[\w.+-]{1,64}@[\w-]{1,63}(\.[\w-]{1,63}){1,8}$/.test(text)) return `mailto:${text}`
  const digits = text.replaceAll(/[\s().-]/g, '')
  return /^\+?\d{5,15}$/.test(digits) ? `tel:${digits}` : null
}
