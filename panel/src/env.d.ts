/** True in the builds of the demo, which answers itself instead of a backend. */
declare const __DEMO__: boolean

interface ImportMetaEnv {
  readonly VITE_DEMO_ROLE?: 'admin' | 'web'
  readonly VITE_DEMO_DEPLOYMENT_MODE?: 'full' | 'cloud'
}
