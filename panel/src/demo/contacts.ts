import type { ContactOut, IdentityOut, ListedContact } from '@/api/generated'
import { recorded, rowsOf, store } from './data'
import { copy, del, freshId, get, given, notFound, now, post, put, type Ask, type Route, type Row } from './http'
import { paged, rows, rowFor, sorted } from './inbox'
import { tell } from './live'

const AT = '/admin/contacts'
const ONE = `${AT}/:id`

/** Every contact by itself, merged ones too; those of the list are the ones at the top. */
function known(): Record<string, ContactOut> {
  const kept = recorded(`${AT}#`) as unknown as Record<string, ContactOut>
  if (!Object.keys(kept).length) {
    for (const { id } of rowsOf(AT, 'contacts') as unknown as ListedContact[]) {
      const { contact } = recorded(`${AT}/${id}`) as unknown as { contact: ContactOut }
      const mine = (of: string): IdentityOut[] => contact.identities.filter((identity) => identity.contact_id === of)
      kept[id] = { ...contact, merged: [], identities: mine(id) }
      for (const part of contact.merged) kept[part.id] = { ...part, fields: {}, root_id: id, identities: mine(part.id), notes: [], merged: [], consents: [] }
    }
  }
  return kept
}
function one(id: string): ContactOut {
  const found = known()[id]
  if (!found) throw notFound()
  return found
}
function treeOf(id: string): ContactOut[] {
  const { root_id } = one(id)
  return Object.values(known()).filter((each) => each.root_id === root_id)
}
function plain({ id, name, language, tags, blocked, owner_id, merged_into, first_seen, last_seen }: ContactOut) {
  return { id, name, language, tags, blocked, owner_id, merged_into, first_seen, last_seen }
}
/** With what is known of all contacts that were merged into it. */
function whole(id: string): { contact: ContactOut } {
  const tree = treeOf(id)
  const merged = tree.filter((each) => each.id !== id).map(plain)
  return { contact: copy({ ...one(id), identities: tree.flatMap((each) => each.identities), notes: tree.flatMap((each) => each.notes), merged }) }
}
function listed(contact: ContactOut) {
  return { ...plain(contact), identities: treeOf(contact.id).flatMap((each) => each.identities) }
}

function list({ query }: Ask): unknown {
  const by = (contact: ContactOut): string => contact[(query.get('sort') ?? 'last_seen') as 'name' | 'first_seen' | 'last_seen']
  const q = (query.get('search') ?? '').toLowerCase()
  const fits = (contact: ContactOut): boolean => {
    const identities = treeOf(contact.id).flatMap((each) => each.identities)
    if (query.get('tag') && !contact.tags.includes(query.get('tag')!)) return false
    if (query.get('blocked') && String(contact.blocked) !== query.get('blocked')) return false
    if (query.get('source') && !identities.some((identity) => identity.kind === query.get('source'))) return false
    return !q || `${contact.name} ${Object.values(contact.fields).join(' ')} ${identities.map((identity) => `${identity.label} ${identity.value}`).join(' ')}`.toLowerCase().includes(q)
  }
  const found = Object.values(known()).filter((each) => !each.merged_into && fits(each)).sort((a, b) => by(a).localeCompare(by(b)) * (query.get('ascending') === 'true' ? 1 : -1))
  const offset = Number(query.get('offset')) || 0
  return { contacts: found.slice(offset, offset + (Number(query.get('limit')) || 50)).map(listed), total: found.length }
}
function tags(): unknown {
  const counted = new Map<string, number>()
  for (const tag of Object.values(known()).filter((each) => !each.merged_into).flatMap((each) => each.tags)) counted.set(tag, (counted.get(tag) ?? 0) + 1)
  return { tags: [...counted].map(([tag, count]) => ({ tag, count })).sort((a, b) => b.count - a.count || a.tag.localeCompare(b.tag)) }
}
function identity(contact: ContactOut, body: Row): void {
  contact.identities.push({ id: freshId(), contact_id: contact.id, kind: String(body.kind), value: String(body.value), label: '', evidence: 'operator', created: now() })
}
function create({ body }: Ask): unknown {
  const id = freshId()
  const contact: ContactOut = { id, name: '', language: 'ru', tags: [], blocked: false, owner_id: store.me.id, merged_into: null, first_seen: now(), last_seen: now(), fields: {}, root_id: id, identities: [], notes: [], merged: [], consents: [], ...(given({ ...body, identities: undefined }) as object) }
  for (const each of (body.identities as Row[]) ?? []) identity(contact, each)
  known()[id] = contact
  tell('contact', 'create', id)
  return whole(id)
}
function changed(id: string): { contact: ContactOut } {
  tell('contact', 'update', id)
  return whole(id)
}
/** Below another, or on its own again; what hangs below it comes along. */
function hang(contact: ContactOut, into: ContactOut | null): void {
  contact.merged_into = into?.id ?? null
  const below = (id: string, root: string): void => {
    one(id).root_id = root
    for (const each of Object.values(known())) if (each.merged_into === id) below(each.id, root)
  }
  below(contact.id, into?.root_id ?? contact.id)
  for (const row of rows()) if (row.contact && known()[row.contact.id]) row.contact = { id: one(row.contact.id).root_id, name: one(one(row.contact.id).root_id).name }
}
function timeline({ params, query }: Ask): unknown {
  const ids = new Set(treeOf(params[0]!).map((each) => each.id))
  return paged(sorted(rows().filter((row) => row.contact && ids.has(row.contact.id)).map((row) => rowFor(row.id))), query)
}

export const contacts: Route[] = [
  get(AT, list),
  get(`${AT}/tags`, tags),
  post(AT, create),
  get(ONE, ({ params }) => whole(params[0]!)),
  put(ONE, ({ params, body }) => {
    Object.assign(one(params[0]!), given(body))
    return changed(params[0]!)
  }),
  del(ONE, ({ params }) => {
    for (const each of Object.values(known())) if (each.merged_into === params[0]) hang(each, null)
    one(params[0]!)
    delete known()[params[0]!]
    for (const row of rows()) if (row.contact?.id === params[0]) row.contact = null
    tell('contact', 'delete', params[0])
    return { status: 'ok' }
  }),
  get(`${ONE}/timeline`, timeline),
  get(`${ONE}/suggestions`, ({ params }) => {
    const values = new Set(treeOf(params[0]!).flatMap((each) => each.identities.map(({ value }) => value)))
    const like = Object.values(known()).filter((each) => !each.merged_into && each.root_id !== one(params[0]!).root_id && each.identities.some(({ value }) => values.has(value)))
    return { contacts: like.map(listed) }
  }),
  post(`${ONE}/merge`, ({ params, body }) => {
    const into = one(one(String(body.into)).root_id)
    hang(one(params[0]!), into)
    return changed(into.id)
  }),
  post(`${ONE}/unmerge`, ({ params }) => {
    hang(one(params[0]!), null)
    return changed(params[0]!)
  }),
  ...['block', 'unblock'].map((name) => post(`${ONE}/${name}`, ({ params }) => {
    one(params[0]!).blocked = name === 'block'
    tell('contact', 'update', params[0])
    return { status: 'ok' }
  })),
  post(`${ONE}/notes`, ({ params, body }) => {
    const note = { id: freshId(), contact_id: params[0]!, author_id: store.me.id, text: String(body.text), created: now() }
    one(params[0]!).notes = [...one(params[0]!).notes, note]
    tell('contact_note', 'create', note.id)
    return { note }
  }),
  del(`${ONE}/notes/:note`, ({ params }) => {
    for (const each of treeOf(params[0]!)) each.notes = each.notes.filter((note) => note.id !== params[1])
    tell('contact_note', 'delete', params[1])
    return { status: 'ok' }
  }),
  post(`${ONE}/identities`, ({ params, body }) => {
    identity(one(params[0]!), body)
    return changed(params[0]!)
  }),
  del(`${ONE}/identities/:identity`, ({ params }) => {
    for (const each of treeOf(params[0]!)) each.identities = each.identities.filter((known) => known.id !== params[1])
    tell('contact', 'update', params[0])
    return { status: 'ok' }
  }),
]
