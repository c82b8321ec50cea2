import type { Plugin } from 'vite'

/** vue-i18n looks into the whole of Vue (`key in Vue`), which keeps all of it in the bundle: 15 kB that nothing uses. */
export function slim(): Plugin {
  return {
    name: 'slim',
    apply: 'build',
    transform(code, id) {
      if (!/vue-i18n\/dist\/vue-i18n[\w.-]*\.mjs/.test(id)) return null
      const whole = "import * as Vue from 'vue';"
      if (!code.includes(whole)) throw new Error('vue-i18n has changed: look whether scripts/slim.ts is still needed')
      return { code: code.replace(whole, "import { getCurrentInstance as here } from 'vue'; const Vue = { getCurrentInstance: here };"), map: null }
    },
  }
}
