// Fails the build when the panel has grown above what a visit may cost (gzip, kB; the brief's numbers).
import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const LIMITS = { entry: 95, route: 20, charts: 62, css: 14, visit: 200, requests: 20 }
const dist = new URL(process.argv[2] ? `file://${process.argv[2]}/` : '../dist/', import.meta.url)
const size = (file) => gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length / 1024
const html = readFileSync(new URL('index.html', dist), 'utf8')
const assets = readdirSync(new URL('assets/', dist)).map((name) => `assets/${name}`)
const said = [...html.matchAll(/(?:src|href)="[^"]*?(assets\/[^"]+|boot\.js)"/g)].map((found) => found[1])

const entry = said.filter((file) => file.endsWith('.js')).reduce((sum, file) => sum + size(file), 0)
const css = assets.filter((file) => file.endsWith('.css')).reduce((sum, file) => sum + size(file), 0)
const chunks = assets.filter((file) => file.endsWith('.js') && !said.includes(file)).map((file) => [file, size(file)])
const broken = []
const check = (name, value, limit) => {
  console.log(`${name.padEnd(44)} ${value.toFixed(1).padStart(7)} kB of ${limit}`)
  if (value > limit) broken.push(`${name}: ${value.toFixed(1)} kB is more than ${limit} kB`)
}
check('entry', entry, LIMITS.entry)
check('css, all of it', css, LIMITS.css)
for (const [file, kilobytes] of chunks.sort((a, b) => b[1] - a[1]).slice(0, 8)) check(file, kilobytes, /chart\.js|charts-/i.test(file) ? LIMITS.charts : LIMITS.route)
const first = entry + said.filter((file) => file.endsWith('.css')).reduce((sum, file) => sum + size(file), 0) + (chunks[0]?.[1] ?? 0)
check('first visit: entry, css, the largest view', first, LIMITS.visit)
if (said.length + 6 > LIMITS.requests) broken.push(`${said.length} files before the first view`)
if (broken.length) {
  console.error(`\nOver the budget:\n${broken.join('\n')}`)
  process.exit(1)
}
