import { createRouter, createWebHashHistory, type RouteRecordRaw } from 'vue-router'
import { featureOf, features, pathOf } from './features'
import { loadTexts } from './i18n'
import { useSession } from './session'

/** Where the views of the first system have gone, and those of ours that have moved; a record's id goes with them. */
const MOVED: Record<string, string> = {
  '/dashboard': '/overview',
  '/chat': '/inbox',
  '/conversations/:id?': '/inbox',
  '/llm': '/models',
  '/tts': '/voices',
  '/wiki': '/knowledge',
  '/finetune': '/models',
  '/services': '/monitor',
  '/monitoring': '/monitor',
  '/widget': '/widgets',
  '/gsm': '/phone',
  '/usage': '/analytics',
  '/crm': '/integrations',
  '/sales': '/funnel',
  '/about': '/settings/about',
}

const pages: RouteRecordRaw[] = [
  { path: '/login', name: 'login', component: () => import('./LoginView.vue'), meta: { isOpen: true } },
  { path: '/', name: 'home', component: () => import('./NotFound.vue') },
  ...Object.entries(MOVED).map(([path, redirect]) => ({ path, redirect: (to: { query: object; params: { id?: string } }) => ({ path: to.params.id ? `${redirect}/${encodeURIComponent(to.params.id)}` : redirect, query: to.query }) }) as RouteRecordRaw),
  ...features.flatMap((feature) => feature.routes),
  { path: '/:rest(.*)*', name: 'not-found', component: () => import('./NotFound.vue') },
]
if (import.meta.env.DEV) pages.unshift({ path: '/gallery', name: 'gallery', component: () => import('../dev/Gallery.vue') })

export const router = createRouter({ history: createWebHashHistory(__DEMO__ ? undefined : import.meta.env.BASE_URL), routes: pages })

router.beforeEach(async (to) => {
  const session = useSession()
  if (to.meta.isOpen) return session.isSignedIn ? { path: backTo(to.query.back) } : true
  if (!session.isSignedIn) return { name: 'login', query: to.path === '/' ? {} : { back: to.fullPath } }
  if (to.name === 'home') return home()
  const feature = featureOf(to.meta.feature)
  if (feature) await loadTexts(feature)
  return true
})

/** The first view that this user may see. */
export function home(): string {
  const session = useSession()
  const first = features.find((feature) => feature.nav && !feature.nav.isShown && session.sees(feature))
  return first ? pathOf(first) : '/not-found'
}

/** Only an address of the panel itself may follow a login. */
export function backTo(asked: unknown): string {
  return typeof asked === 'string' && /^\/(?!\/)/.test(asked) && !asked.startsWith('/login') ? asked : '/'
}
