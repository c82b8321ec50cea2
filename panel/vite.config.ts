import { fileURLToPath } from 'node:url'
import tailwindcss from '@tailwindcss/vite'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'
import { VitePWA } from 'vite-plugin-pwa'
import { messages } from './scripts/messages.ts'
import { slim } from './scripts/slim.ts'

const backend = process.env.SECRETARY_URL ?? 'http://127.0.0.1:8002'
const PWA_FILES = ['/admin/index.html', '/admin/boot.js', '/admin/icon', '/admin/sw.js', '/admin/push-sw.js', '/admin/manifest.webmanifest', '/admin/assets/']

const BASE = /node_modules\/(@vue|vue|vue-router|vue-i18n|@intlify|pinia|pinia-plugin-persistedstate|class-variance-authority|clsx|@tanstack\/(query-core|vue-query))\/|preload-helper|@lucide\/vue\/dist\/esm\/((?!icons)|icons\/(search|x|loader-circle|circle-alert|menu|cloud-off|chevrons-up-down)\.)|src\/(api\/(?!generated\/@tanstack)|lib\/(feature|later|sse|format))|src\/app\/(i18n|keyboard|live|nav|palette|preferences|query|router|session|toasts|features|confirm)\.ts|features\/\w+\/index\.ts|plugin-vue:export-helper/
/** Few files rather than many small ones: what every page needs, what most views need, pictures shared by views. */
const CHUNKS = [
  { name: 'base', test: BASE, priority: 30 },
  { name: 'dialog', test: /src\/ui\/(Dialog|Drawer)\.vue|reka-ui\/dist\/(Dialog|FocusScope|DismissableLayer|Teleport|Presence|Primitive|ConfigProvider|shared)\/|node_modules\/(aria-hidden|@vueuse|defu|ohash)\//, priority: 28 },
  { name: 'menu', test: /src\/ui\/(Menu|Tooltip)\.vue|node_modules\/(reka-ui|@floating-ui|@internationalized)\//, priority: 27 },
  { name: 'virtual', test: /src\/ui\/VirtualList|@tanstack\/(vue-virtual|virtual-core)/, priority: 26 },
  { name: 'queries', test: /src\/api\/generated\/@tanstack/, priority: 26 },
  { name: 'ui', test: /src\/(ui\/(Button|IconButton|Field|Input|Textarea|Select|Checkbox|Switch|Segmented|Badge|Card|Page|PageHeader|EmptyState|ErrorState|FormError|Skeleton|DateTime|FilterBar|SearchBox|Table|Pager|Tabs|SplitPane|Chip|CodeBlock|field|now|table)\b|lib\/(form|listQuery))/, priority: 20 },
  { name: 'icons', test: /@lucide\/vue/, minShareCount: 2, priority: 29 },
]

/** The panel lies below /admin, and so does the API: what Vite itself serves stays here, the rest goes on. */
function isOurs(url: string): boolean {
  const path = url.split(/[?#]/)[0]!
  const inside = path.slice('/admin/'.length)
  return path === '/admin/' || PWA_FILES.some((file) => path.startsWith(file)) || /^(src\/|@|node_modules\/|__|\.)/.test(inside)
}

export default defineConfig(({ mode }) => ({
  base: mode.startsWith('demo') ? './' : '/admin/',
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)), 'vue-i18n': 'vue-i18n/dist/vue-i18n.runtime.mjs' } },
  define: {
    __DEMO__: JSON.stringify(mode.startsWith('demo')),
    __VUE_OPTIONS_API__: 'false',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    __VUE_I18N_FULL_INSTALL__: 'false',
    __VUE_I18N_LEGACY_API__: 'false',
    __INTLIFY_JIT_COMPILATION__: 'true',
    __INTLIFY_DROP_MESSAGE_COMPILER__: 'true',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
  },
  plugins: [
    messages(),
    slim(),
    vue(),
    tailwindcss(),
    VitePWA({
      disable: mode.startsWith('demo'),
      registerType: 'prompt',
      injectRegister: false,
      manifest: {
        name: 'AI Secretary',
        short_name: 'Secretary',
        id: '/admin/',
        start_url: './',
        scope: './',
        display: 'standalone',
        background_color: '#f7f7f8',
        theme_color: '#f7f7f8',
        icons: [
          { src: 'icon.svg', sizes: 'any', type: 'image/svg+xml', purpose: 'any' },
          { src: 'icon-192.png', sizes: '192x192', type: 'image/png' },
          { src: 'icon-512.png', sizes: '512x512', type: 'image/png' },
          { src: 'icon-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
        ],
      },
      workbox: {
        globPatterns: ['**/*.{js,css,html,svg}'],
        globIgnores: ['**/qr-*.js', 'push-sw.js'],
        importScripts: ['push-sw.js'],
        navigateFallback: null,
        cleanupOutdatedCaches: true,
        inlineWorkboxRuntime: true,
      },
    }),
  ],
  server: {
    host: '127.0.0.1',
    proxy: {
      '^/(admin|widget|widget\\.js|health|static|chat|v1|demo)': {
        target: backend,
        bypass: (request) => (request.url && isOurs(request.url) ? request.url : undefined),
      },
    },
  },
  build: { target: 'es2022', modulePreload: { polyfill: false }, chunkSizeWarningLimit: 300, reportCompressedSize: false, rolldownOptions: { output: { codeSplitting: { groups: CHUNKS } } } },
  test: { environment: 'happy-dom', include: ['tests/**/*.test.ts', 'src/**/*.test.ts'], setupFiles: ['tests/setup.ts'], reporters: ['default', './scripts/reporter.ts'] },
}))
