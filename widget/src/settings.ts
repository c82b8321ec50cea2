/** Owns the settings that the server writes in front of the bundle, and nothing that changes while a visitor chats. */

export type ButtonIcon = 'chat' | 'headset' | 'robot' | 'comment' | 'support' | 'wave'

export interface Settings {
  instance: string
  /** Where the server answers, without a slash at the end. */
  origin: string
  title: string
  greeting: string
  placeholder: string
  placeholder_color: string
  placeholder_font: string
  primary_color: string
  button_icon: ButtonIcon
  position: 'left' | 'right'
  language: 'auto' | 'ru' | 'en'
  suggestions: string[]
}

/** Use the script's own server when the settings name none. */
export function withOrigin(settings: Settings, scriptUrl: string): Settings {
  return { ...settings, origin: (settings.origin || new URL(scriptUrl).origin).replace(/\/+$/, '') }
}
