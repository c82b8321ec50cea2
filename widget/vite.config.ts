/** Builds the widget as one classic script and refuses a script that has grown too heavy. */
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const target = fileURLToPath(new URL('../src/secretary/adapters/channels/widget/static', import.meta.url))

/** Bytes after gzip. A widget is loaded on every page of somebody else's shop. */
const GZIP_LIMIT = 12_000

function weigh(): Plugin {
  return {
    name: 'weigh',
    apply: 'build',
    generateBundle(_options, bundle) {
      for (const [name, file] of Object.entries(bundle)) {
        const weight = gzipSync(file.type === 'chunk' ? file.code : file.source, { level: 9 }).length
        if (weight > GZIP_LIMIT) this.error(`${name} is ${weight} bytes after gzip; the limit is ${GZIP_LIMIT}`)
        this.info(`${name}: ${weight} bytes after gzip of ${GZIP_LIMIT} allowed`)
      }
    },
  }
}

export default defineConfig({
  plugins: [weigh()],
  build: {
    target: ['es2022', 'safari16.4'],
    cssTarget: ['chrome123', 'firefox121', 'safari17.5'],
    outDir: target,
    emptyOutDir: false,
    reportCompressedSize: false,
    lib: {
      entry: fileURLToPath(new URL('src/main.ts', import.meta.url)),
      name: 'AiSecretaryWidget',
      formats: ['iife'],
      fileName: () => 'widget.js',
    },
  },
  test: {
    environment: 'happy-dom',
    include: ['tests/**/*.test.ts'],
    reporters: ['default', './tests/closing-line.ts'],
  },
})
