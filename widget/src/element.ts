/** Owns the custom element: whether it may show itself on this page, and the three calls a page may make. */
import { Api, Refusal } from './api'
import type { Settings } from './settings'
import { themeSheets } from './theme'
import { Widget } from './widget'

export const TAG = 'ai-secretary-widget'

/** May the widget be seen here? A server that cannot be reached is no reason to hide: messages wait and are retried. */
async function isWelcome(api: Api, { origin, instance }: Settings): Promise<boolean> {
  try {
    return await api.isEnabled()
  } catch (error) {
    if (!(error instanceof Refusal && error.code === 'origin_not_allowed')) return true
    console.error(
      `AI Secretary: this site may not show the chat. Add ${location.origin} to the allowed domains ` +
        `of widget ${instance}: ${origin}/admin, Widgets.`,
    )
    return false
  }
}

/** Make the element known to the page. The settings are those of the script that came first. */
export function defineElement(settings: Settings): void {
  class SecretaryElement extends HTMLElement {
    #widget: Widget | undefined
    #wantsOpen = false

    connectedCallback(): void {
      if (!this.shadowRoot) void this.#begin(this.attachShadow({ mode: 'open' }))
    }

    open(): void {
      if (this.#widget) this.#widget.open()
      else this.#wantsOpen = true
    }

    close(): void {
      this.#wantsOpen = false
      this.#widget?.close()
    }

    clearSession(): void {
      this.#widget?.clear()
    }

    async #begin(shadow: ShadowRoot): Promise<void> {
      const api = new Api(settings)
      if (!(await isWelcome(api, settings))) return
      shadow.adoptedStyleSheets = themeSheets(settings)
      this.#widget = new Widget(settings, api)
      shadow.append(this.#widget.root)
      this.#widget.resume()
      if (this.#wantsOpen) this.#widget.open()
    }
  }
  customElements.define(TAG, SecretaryElement)
}
