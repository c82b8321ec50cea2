/** Owns the decision which addresses in an answer may become links. */

/** The address to link to, or an empty text. A path such as `/delivery` is the server's own page. */
export function safeHref(address: string, origin: string): string {
  if (/^\/(?![/\\])/.test(address)) return origin + address
  return /^(https?:\/\/|mailto:|tel:)/i.test(address) ? address : ''
}
