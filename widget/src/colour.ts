/** Owns the arithmetic that keeps text readable on any colour a shop chooses (WCAG 2.2, 1.4.3). */

const FALLBACK = 'c2410c'
const READABLE = 4.5

/** Surfaces that `style.css` paints in its light and dark form. */
const LIGHT_SURFACE = '#ffffff'
const DARK_SURFACE = '#17181b'

/** Six hex digits; the default colour for anything but `#rgb` and `#rrggbb`. */
export function hexColour(value: string): string {
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(value.trim())?.[1] ?? FALLBACK
  return `#${hex.length === 3 ? hex.replace(/./g, '$&$&') : hex}`.toLowerCase()
}

function luminance(hex: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = parseInt(hex.slice(at, at + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** Contrast ratio of two six-digit hex colours, 1 to 21. */
export function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

/** The chosen colour, text on it, and what links and outlines have on the light surface and on the dark one. */
export function palette(chosen: string): Record<'brand' | 'on-brand' | 'accent-light' | 'accent-dark', string> {
  const brand = hexColour(chosen)
  return {
    brand,
    'on-brand': contrast(brand, '#ffffff') < READABLE ? '#000000' : '#ffffff',
    'accent-light': contrast(brand, LIGHT_SURFACE) < READABLE ? '#1b1c1f' : brand,
    'accent-dark': contrast(brand, DARK_SURFACE) < READABLE ? '#ececee' : brand,
  }
}
