/* One page shows one look: the panel opens another page for the next one, and takes this one away when that is ready. */
const panel = window.parent
const TRIES = 80
const WAIT_MS = 50

addEventListener('message', ({ origin, source, data }) => {
  if (origin !== location.origin || source !== panel || data?.type !== 'preview' || document.querySelector('script[data-look]')) return
  const { instance, settings, language, isOpen } = data
  document.documentElement.lang = language
  // Where the widget remembers its window: opening it by a call would take the cursor out of the panel's field.
  const key = `ai-secretary:${location.origin}:${instance}`
  if (isOpen) sessionStorage.setItem(key, 'open')
  else sessionStorage.removeItem(key)
  const script = document.createElement('script')
  script.dataset.look = ''
  script.src = `/demo/widget.js?${new URLSearchParams({ instance, settings: JSON.stringify(settings) })}`
  script.addEventListener('error', () => tell('preview-failed'))
  script.addEventListener('load', () => waitForWidget(TRIES))
  document.body.append(script)
})

function waitForWidget(tries) {
  const isThere = document.querySelector('ai-secretary-widget')?.shadowRoot?.firstElementChild
  if (isThere || tries === 0) tell('preview-shown')
  else setTimeout(() => waitForWidget(tries - 1), WAIT_MS)
}

function tell(type) {
  panel.postMessage({ type }, location.origin)
}

tell('preview-ready')
