import { readFileSync } from 'node:fs'

type Schema = Record<string, unknown>
interface Operation {
  responses: Record<string, { content?: Record<string, { schema?: Schema }> }>
}
const openapi = JSON.parse(readFileSync('openapi.json', 'utf8')) as { paths: Record<string, Record<string, Operation>>; components: { schemas: Record<string, Schema> } }

/** Where an answer is not what openapi.json promises for this call; empty is good. */
export function faultsOf(method: string, path: string, answer: unknown): string[] {
  const operation = openapi.paths[templateOf(method, path)]?.[method.toLowerCase()]
  if (!operation) return [`${method} ${path} is not in openapi.json`]
  const good = Object.entries(operation.responses).filter(([status]) => status.startsWith('2'))
  const schemas = good.map(([, response]) => response.content?.['application/json']?.schema).filter((schema) => schema !== undefined)
  if (!schemas.length) return answer === null || typeof answer === 'string' ? [] : [`${method} ${path} answers nothing`]
  return schemas.map((schema) => check(schema!, answer, '$')).sort((a, b) => a.length - b.length)[0]!
}

export function templateOf(method: string, path: string): string {
  const parts = path.split('/')
  const fitting = Object.keys(openapi.paths).filter((each) => {
    const named = each.split('/')
    return method.toLowerCase() in openapi.paths[each]! && named.length === parts.length && named.every((part, at) => part.startsWith('{') || part === parts[at])
  })
  return fitting.sort((a, b) => a.split('{').length - b.split('{').length)[0] ?? ''
}

function check(schema: Schema, value: unknown, at: string): string[] {
  if (schema.$ref) return check(openapi.components.schemas[String(schema.$ref).split('/').at(-1)!]!, value, at)
  const choices = (schema.anyOf ?? schema.oneOf) as Schema[] | undefined
  if (choices) return choices.map((each) => check(each, value, at)).sort((a, b) => a.length - b.length)[0]!
  const fault = checkPlain(schema, value)
  if (fault) return [`${at} ${fault}`]
  if (Array.isArray(value)) return value.flatMap((each, place) => check((schema.items as Schema) ?? {}, each, `${at}[${place}]`))
  return value && typeof value === 'object' ? checkObject(schema, value as Record<string, unknown>, at) : []
}

function checkPlain(schema: Schema, value: unknown): string {
  if ('const' in schema) return value === schema.const ? '' : `is not ${String(schema.const)}`
  if (schema.enum && !(schema.enum as unknown[]).includes(value)) return `is none of ${String(schema.enum)}: ${JSON.stringify(value)}`
  if (schema.type && !isOf(String(schema.type), value)) return `is no ${String(schema.type)}: ${JSON.stringify(value)?.slice(0, 60)}`
  if (schema.pattern && typeof value === 'string' && !new RegExp(String(schema.pattern)).test(value)) return `does not fit ${String(schema.pattern)}`
  return ''
}

function checkObject(schema: Schema, value: Record<string, unknown>, at: string): string[] {
  const properties = (schema.properties ?? {}) as Record<string, Schema>
  const missing = ((schema.required ?? []) as string[]).filter((name) => !(name in value)).map((name) => `${at}.${name} is missing`)
  const rest = typeof schema.additionalProperties === 'object' ? (schema.additionalProperties as Schema) : null
  const unknown = schema.properties && !rest && schema.additionalProperties !== true ? Object.keys(value).filter((name) => !(name in properties)).map((name) => `${at}.${name} is not known`) : []
  const inside = Object.entries(value).flatMap(([name, each]) => (properties[name] || rest ? check(properties[name] ?? rest!, each, `${at}.${name}`) : []))
  return [...missing, ...unknown, ...inside]
}

function isOf(type: string, value: unknown): boolean {
  if (type === 'null') return value === null
  if (type === 'array') return Array.isArray(value)
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value)
  if (type === 'integer') return Number.isInteger(value)
  return typeof value === type
}

/** Every call that openapi.json knows below `/admin`, as `METHOD /path`. */
export function calls(): string[] {
  return Object.entries(openapi.paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`)).filter((call) => call.includes(' /admin/'))
}
