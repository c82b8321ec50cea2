// Notifications, for the service worker: shows what the installation sends, in the person's language, and opens it when clicked.
const WORDS = {
  ru: { title: 'AI Secretary', body: 'Сообщение ждёт человека.' },
  en: { title: 'AI Secretary', body: 'A message waits for a person.' },
}

self.addEventListener('push', (event) => {
  const words = WORDS[/^(ru|be|uk|kk)/i.test(navigator.language) ? 'ru' : 'en']
  const said = told(event.data)
  const shown = {
    body: said.body || words.body,
    icon: new URL('icon-192.png', self.registration.scope).href,
    tag: said.id || said.kind || 'message',
    data: { to: placeOf(said) },
  }
  event.waitUntil(self.registration.showNotification(said.title || words.title, shown))
})

self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(open((event.notification.data && event.notification.data.to) || '/'))
})

function told(data) {
  try {
    return (data && data.json()) || {}
  } catch {
    return {}
  }
}

/** Where a notification leads: to the conversation that its message was taken in. */
function placeOf(said) {
  if (said.kind === 'test') return '/settings/notifications'
  return said.session_id ? '/inbox/' + encodeURIComponent(said.session_id) : '/requests'
}

async function open(to) {
  const { scope } = self.registration
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
  const panel = windows.find((each) => each.url.startsWith(scope))
  if (!panel) return self.clients.openWindow(scope + '#' + to)
  panel.postMessage({ type: 'open', to })
  return panel.focus()
}
