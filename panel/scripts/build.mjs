// `npm run build`: the panel, which has to keep to its budget; `npm run build -- --mode demo` (or `demo-web`): the demo, for
// any static host, into dist/demo.
import { spawnSync } from 'node:child_process'

const given = process.argv.slice(2)
const mode = given.includes('--mode') ? given[given.indexOf('--mode') + 1] : 'production'
const isDemo = mode.startsWith('demo')

run('openapi-ts', ['--silent'])
run('vite', ['build', ...given, ...(isDemo ? ['--outDir', `dist/${mode}`, '--emptyOutDir'] : [])])
if (!isDemo) run(process.execPath, ['scripts/budget.mjs'])

function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32' })
  if (error) throw error
  if (status) process.exit(status)
}
