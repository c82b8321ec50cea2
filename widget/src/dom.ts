/** Owns how nodes are made: always node by node, never from a string of HTML, so that no policy has to be relaxed. */

type Listener = (event: never) => void
type Attributes = Record<string, string | true | Listener | undefined>
export type Child = Node | string

const MARKS = ['class', 'part', 'data-testid']

/**
 * Make an element. `mark` names it for our own CSS, for the page's (`part`) and for tests (`data-testid`); a function
 * becomes a listener of that name; `true` an empty attribute; `undefined` nothing.
 */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value as EventListener)
    else if (value === undefined) continue
    else for (const key of name === 'mark' ? MARKS : [name]) element.setAttribute(key, value === true ? '' : value)
  }
  element.append(...children)
  return element
}

/** A button that submits nothing by accident. */
export function button(attributes: Attributes, ...children: Child[]): HTMLButtonElement {
  return h('button', { type: 'button', ...attributes }, ...children)
}

/** Run `paint` at most once an animation frame, however often it is asked for. */
export function oncePerFrame(paint: () => void): () => void {
  let frame = 0
  return () => {
    frame ||= requestAnimationFrame(() => {
      frame = 0
      paint()
    })
  }
}
