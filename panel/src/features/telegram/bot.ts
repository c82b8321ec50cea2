import type { ActionButton, TelegramInstanceOut } from '@/api/generated'
import type { Draft } from '@/channels/draft'

export interface TelegramDraft extends Draft {
  api_url: string
  mode: NonNullable<TelegramInstanceOut['mode']>
  groups: NonNullable<TelegramInstanceOut['groups']>
  allowed_users: string[]
  admin_users: string[]
  action_buttons: Required<ActionButton>[]
  bot_token: string | null
  proxy: string | null
}

/** What a bot is made of. */
export type NewBot = Record<'bot_token' | 'name' | 'proxy' | 'api_url', string>

/** An account as the backend keeps it, its number or `@name` in small letters; empty for what is none. */
export function userOf(text: string): string {
  const name = text.trim().toLowerCase().replace(/^(https?:\/\/)?t\.me\//, '')
  const found = /^@?(\d{1,20}|[a-z][a-z0-9_]{3,31})$/.exec(name)?.[1]
  return found ? (/^\d+$/.test(found) ? found : `@${found}`) : ''
}

/** Is this what @BotFather gives, as far as can be seen? */
export function isToken(text: string): boolean {
  return /^\d{1,20}:[\w-]{20,200}$/.test(text.trim())
}

/** The token in what was copied: people take the whole message of @BotFather. */
export function tokenIn(text: string): string {
  return /\d{5,20}:[\w-]{30,200}/.exec(text)?.[0] ?? text.trim()
}
