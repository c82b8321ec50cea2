// Every text exists in both languages with the same placeholders, and every text that the code names exists.
import { readdirSync, readFileSync } from 'node:fs'

const read = (path) => JSON.parse(readFileSync(path, 'utf8'))
const flat = (tree, root = '') => Object.entries(tree).flatMap(([key, value]) => (typeof value === 'string' ? [[root + key, value]] : flat(value, `${root}${key}.`)))
const broken = []
const known = new Set()

for (const path of glob('src', /\/locales\/ru\.json$/)) {
  const id = /(?:features\/|^src\/)([^/]+)\/locales\//.exec(path)?.[1]
  const ru = new Map(flat(read(path)))
  const en = new Map(flat(read(path.replace('ru.json', 'en.json'))))
  for (const key of new Set([...ru.keys(), ...en.keys()])) {
    known.add(id ? `${id}.${key}` : key)
    if (!ru.has(key) || !en.has(key)) broken.push(`${path}: ${key} is missing in ${ru.has(key) ? 'en' : 'ru'}`)
    else if (holes(ru.get(key)) !== holes(en.get(key))) broken.push(`${path}: ${key} has other placeholders in en`)
    else if (ru.get(key).includes(' | ') && ru.get(key).split(' | ').length < 3) broken.push(`${path}: ${key} needs three Russian forms (one, few, many)`)
  }
}
for (const path of glob('src', /\.(vue|ts)$/)) {
  if (path.includes('/generated/') || path.includes('/dev/')) continue
  for (const [, key] of readFileSync(path, 'utf8').matchAll(/(?<![\w.])\$?t\(\s*'([\w.-]+)'/g)) if (!known.has(key)) broken.push(`${path}: no text ${key}`)
}
if (broken.length) {
  console.error(broken.join('\n'))
  process.exit(1)
}
console.log(`${known.size} texts in two languages`)

function holes(text) {
  return [...new Set(text.match(/\{\w+\}/g) ?? [])].filter((hole) => hole !== '{n}').sort().join()
}
function glob(folder, pattern) {
  return walk(folder).filter((path) => pattern.test(path))
}
function walk(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? walk(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`]))
}
