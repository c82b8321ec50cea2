/** Owns the start: reads the settings written in front of this script and puts one element on the page. */
import { TAG, defineElement } from './element'
import { type Settings, withOrigin } from './settings'

declare const __AI_SECRETARY__: Settings

/** A page that includes the script twice, or is redrawn without a reload, still gets one widget. */
function appear(): void {
  if (!document.querySelector(TAG)) document.body.append(document.createElement(TAG))
}

const script = document.currentScript
const address = script instanceof HTMLScriptElement ? script.src : ''
if (!customElements.get(TAG)) defineElement(withOrigin(__AI_SECRETARY__, address || location.href))
if (document.body) appear()
else document.addEventListener('DOMContentLoaded', appear)
