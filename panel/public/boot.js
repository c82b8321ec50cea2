// Sets theme, density and language before anything is painted. A file of its own: the page allows no inline script.
;(function () {
  var kept = {}
  try {
    kept = JSON.parse(localStorage.getItem('secretary.preferences') || '{}') || {}
  } catch {
    kept = {}
  }
  var root = document.documentElement
  var theme = kept.theme || 'system'
  if (theme === 'system') theme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
  root.dataset.theme = theme
  root.dataset.density = kept.density === 'compact' ? 'compact' : 'comfortable'
  var language = kept.language || (/^(ru|be|uk|kk)/i.test(navigator.language) ? 'ru' : 'en')
  root.lang = language
  var colour = { light: '#f7f7f8', dark: '#0e0f12', night: '#140e08' }[theme]
  var meta = document.querySelector('meta[name=theme-color]')
  if (meta && colour) meta.setAttribute('content', colour)
})()

// Under Trusted Types the only script address that may be set from code is the service worker's.
if (window.trustedTypes && window.trustedTypes.createPolicy) {
  window.trustedTypes.createPolicy('default', {
    createScriptURL: function (address) {
      var url = new URL(address, document.baseURI)
      if (url.origin === location.origin && url.pathname === new URL('sw.js', document.baseURI).pathname) return address
      throw new TypeError('not a script of the panel')
    },
  })
}
