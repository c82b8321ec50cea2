import type { WidgetInstanceOut } from '@/api/generated'

/** What a visitor sees of a widget; the preview takes it before it is saved. */
export type Look = Required<
  Pick<WidgetInstanceOut, 'title' | 'greeting' | 'placeholder' | 'placeholder_color' | 'placeholder_font' | 'primary_color' | 'button_icon' | 'position' | 'language' | 'suggestions'>
>

export const COLOUR = /^#[0-9a-f]{6}$/i
const PLAIN: Look = { title: '', greeting: '', placeholder: '', placeholder_color: '', placeholder_font: '', primary_color: '#c2410c', button_icon: 'chat', position: 'right', language: 'auto', suggestions: [] }

/** The part of a widget that is its look, with what is not finished yet left out. */
export function lookOf(from: Partial<Look>): Look {
  const names = Object.keys(PLAIN) as (keyof Look)[]
  const look = Object.fromEntries(names.map((name) => [name, from[name] ?? PLAIN[name]])) as Look
  if (!COLOUR.test(look.primary_color)) look.primary_color = PLAIN.primary_color
  if (!COLOUR.test(look.placeholder_color)) look.placeholder_color = ''
  look.suggestions = look.suggestions.map((text) => text.trim()).filter(Boolean)
  return look
}

/** The line that goes on a site. Without an id the oldest widget is meant. */
export function embedLine(origin: string, id?: string): string {
  return `<script src="${origin}/widget.js${id ? `?instance=${encodeURIComponent(id)}` : ''}" defer></script>`
}

/** `https://shop.example` from what people paste; nothing when it is no address of a site. */
export function originOf(text: string): string {
  const typed = text.trim().replace(/\/+$/, '')
  if (!typed || /\s/.test(typed)) return ''
  try {
    const url = new URL(typed.includes('://') ? typed : `https://${typed}`)
    const isName = /^[^.]+(\.[^.]+)+$/.test(url.hostname) || url.hostname === 'localhost'
    return isName && ['http:', 'https:'].includes(url.protocol) ? url.origin : ''
  } catch {
    return ''
  }
}
