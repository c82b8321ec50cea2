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

/** A site as its owner writes it: names in other scripts travel as `xn--…`. */
export function shownOrigin(origin: string): string {
  return origin.replace(/xn--([a-z0-9-]+)/g, (whole, code: string) => decoded(code) ?? whole)
}

const [BASE, LOWEST, HIGHEST, SKEW, DAMP, FIRST_BIAS, FIRST] = [36, 1, 26, 38, 700, 72, 128]

/** RFC 3492, 6.2; nothing for what is no such name. */
function decoded(code: string): string | undefined {
  const dash = code.lastIndexOf('-')
  const out = [...code.slice(0, Math.max(0, dash))]
  let [point, place, bias] = [FIRST, 0, FIRST_BIAS]
  for (let at = dash + 1; at < code.length; ) {
    const before = place
    for (let weight = 1, step = BASE; ; step += BASE) {
      const digit = at < code.length ? Number.parseInt(code[at++]!, BASE) : Number.NaN
      if (Number.isNaN(digit)) return undefined
      const value = digit < 10 ? digit + 26 : digit - 10
      place += value * weight
      const least = Math.min(HIGHEST, Math.max(LOWEST, step - bias))
      if (value < least) break
      weight *= BASE - least
    }
    bias = adapted(place - before, out.length + 1, before === 0)
    point += Math.floor(place / (out.length + 1))
    place %= out.length + 1
    if (point > 0x10ffff) return undefined
    out.splice(place++, 0, String.fromCodePoint(point))
  }
  return out.join('')
}

function adapted(delta: number, length: number, isFirst: boolean): number {
  let left = Math.floor(delta / (isFirst ? DAMP : 2))
  left += Math.floor(left / length)
  let steps = 0
  for (; left > ((BASE - LOWEST) * HIGHEST) / 2; steps += BASE) left = Math.floor(left / (BASE - LOWEST))
  return steps + Math.floor(((BASE - LOWEST + 1) * left) / (left + SKEW))
}
