import type { Draft } from '@/channels/draft'

const TOKEN_BYTES = 18

export interface WhatsappDraft extends Draft {
  phone_number_id: string
  waba_id: string
  api_url: string
  template_name: string
  template_language: string
  allowed_phones: string[]
  blocked_phones: string[]
  access_token: string | null
  app_secret: string | null
  verify_token: string | null
}

/** What a number is connected with. */
export type NewNumber = Record<'name' | 'phone_number_id' | 'waba_id' | 'access_token' | 'app_secret' | 'api_url', string>

/** A number as the backend keeps it, in digits with the country's code, or the id of who hides his; empty for neither. */
export function phoneOf(text: string): string {
  const said = text.trim()
  if (/^[A-Za-z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}$/.test(said)) return said
  const digits = said.replaceAll(/[\s().-]+/g, '')
  if (!/^\+?\d{5,15}$/.test(digits)) return ''
  return digits.replace(/^\+/, '').replace(/^8(?=\d{10}$)/, '7')
}

/** A number as one reads it. */
export function shownPhone(value: string): string {
  const russian = /^7(\d{3})(\d{3})(\d{2})(\d{2})$/.exec(value)
  if (russian) return `+7 ${russian[1]} ${russian[2]}-${russian[3]}-${russian[4]}`
  return /^\d+$/.test(value) ? `+${value}` : value
}

/** A word for Meta to present, which nobody guesses. */
export function freshToken(): string {
  return [...crypto.getRandomValues(new Uint8Array(TOKEN_BYTES))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** What keeps Meta from bringing messages to this address: it is none, or it is not encrypted. */
export function addressFault(url: string): 'path' | 'plain' | null {
  if (!/^https?:\/\//.test(url)) return 'path'
  return url.startsWith('https://') ? null : 'plain'
}
