/** Owns the pictures: outlines on a 24 × 24 grid, drawn as nodes. */
import type { ButtonIcon } from './settings'

const SVG = 'http://www.w3.org/2000/svg'

const OUTLINES = {
  chat: 'M4 5h16v11h-8l-5 4v-4H4z',
  comment: 'M12 4a9 7.5 0 1 1-4 14l-4 2 1-4a9 7.5 0 0 1 7-12M8 12h0M12 12h0M16 12h0',
  headset: 'M4 15v-3a8 8 0 0 1 16 0v3M4 13h3v5H4zM17 13h3v5h-3zM20 18q0 3-6 3',
  robot: 'M5 9h14v10H5zM12 9V5h0M9 13v2M15 13v2M2 13v3M22 13v3',
  support: 'M12 3a9 9 0 1 0 .1 0M9.5 9a2.5 2.5 0 1 1 2.5 3.5v1M12 17h0',
  wave: 'M8 14 5 9q1-2 3-1l3 4-4-6q1-2 3-1l3 6-3-5q1-2 3-1l4 7 1-3q2-1 2 1l-1 5c-1 7-8 7-10 3zM17 3q3 1 4 4M2 17q1 3 4 4',
  close: 'M6 6l12 12M18 6 6 18',
  down: 'M6 9l6 6 6-6',
  fresh: 'M12 5H5v14h14v-7M19 3l2 2-8 8-3 1 1-3z',
  send: 'M12 19V5M6 11l6-6 6 6',
  stop: 'M8 8h8v8H8z',
} satisfies Record<ButtonIcon | 'close' | 'down' | 'fresh' | 'send' | 'stop', string>

export type IconName = keyof typeof OUTLINES

/** Hidden from screen readers: the button around it carries the name. */
export function icon(name: IconName): SVGSVGElement {
  const picture = document.createElementNS(SVG, 'svg')
  picture.setAttribute('viewBox', '0 0 24 24')
  picture.setAttribute('aria-hidden', 'true')
  picture.setAttribute('class', 'icon')
  const outline = document.createElementNS(SVG, 'path')
  outline.setAttribute('d', OUTLINES[name] ?? OUTLINES.chat)
  picture.append(outline)
  return picture
}
