/** Owns the style sheets of the shadow root: the fixed one, and one that holds what the shop chose. */
import { palette } from './colour'
import type { Settings } from './settings'
import css from './style.css?inline'

/** Values go through the browser's own parser of one declaration, so none of them can add a rule. */
export function themeSheets(settings: Settings): CSSStyleSheet[] {
  const fixed = new CSSStyleSheet()
  fixed.replaceSync(css)
  const chosen = new CSSStyleSheet()
  chosen.replaceSync('.root{}')
  const { style } = chosen.cssRules[0] as CSSStyleRule
  const { primary_color, placeholder_color, placeholder_font } = settings
  const values = { ...palette(primary_color), hint: placeholder_color, 'hint-font': placeholder_font }
  for (const [name, value] of Object.entries(values)) style.setProperty(`--${name}`, value)
  followKeyboard(style)
  return [fixed, chosen]
}

/** On a phone the screen keyboard covers the page without resizing it: fit into what is left. */
function followKeyboard(style: CSSStyleDeclaration): void {
  const seen = window.visualViewport
  const fit = (): void => {
    if (!seen || seen.scale > 1.01) return
    style.setProperty('--seen-height', `${seen.height}px`)
    style.setProperty('--seen-top', `${seen.offsetTop}px`)
  }
  seen?.addEventListener('resize', fit)
  seen?.addEventListener('scroll', fit)
}
