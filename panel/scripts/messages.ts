import { readFileSync } from 'node:fs'
import { baseCompile } from '@intlify/message-compiler'
import type { Plugin } from 'vite'

type Tree = { [key: string]: string | Tree }

/** Compiles the texts of `locales/*.json`, so that no message compiler travels to the browser. */
export function messages(): Plugin {
  return {
    name: 'messages',
    enforce: 'pre',
    load(id) {
      const path = id.split('?')[0]!
      if (!/\/locales\/(ru|en)\.json$/.test(path)) return null
      const tree = JSON.parse(readFileSync(path, 'utf8')) as Tree
      return { code: `export default ${JSON.stringify(compiled(tree, path))}`, moduleType: 'js' }
    },
  }
}

function compiled(tree: Tree, path: string): object {
  return Object.fromEntries(
    Object.entries(tree).map(([key, text]) => [key, typeof text === 'string' ? one(text, `${path}: ${key}`) : compiled(text, path)]),
  )
}

function one(text: string, place: string): unknown {
  const { ast } = baseCompile(text, {
    jit: true,
    minify: true,
    location: false,
    onError: (error) => {
      throw new Error(`${place}: ${error.message}`)
    },
  })
  return ast
}
