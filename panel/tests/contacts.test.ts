import { QueryClient } from '@tanstack/vue-query'
import { describe, expect, test } from 'vitest'
import type { ContactOut, IdentityOut } from '../src/api/generated'
import { contactsListContactsQueryKey, contactsReadTimelineQueryKey } from '../src/api/generated/@tanstack/vue-query.gen'
import feature from '../src/features/contacts'
import IdentitiesCard from '../src/features/contacts/IdentitiesCard.vue'
import { bodyOf, valuesOf } from '../src/features/contacts/about'
import { kindsOf, nameOf, shared, shownValue } from '../src/features/contacts/contacts'
import { mounted } from './support'

const identity = (kind: string, value: string, evidence: IdentityOut['evidence'] = 'channel', label = ''): IdentityOut => ({ id: `${kind}-${value}`, contact_id: 'c1', kind, value, label, evidence, created: '' })
const contact: ContactOut = {
  id: 'c1', root_id: 'c1', name: 'Maria', language: 'ru', tags: ['regular'], blocked: false, owner_id: null, merged_into: null, first_seen: '2026-11-01T10:00:00Z', last_seen: '2026-11-20T10:00:00Z',
  fields: { Birthday: '14 March' }, identities: [identity('telegram', '5001', 'channel', 'Maria V.'), identity('phone', '79161234567', 'stated')], notes: [], merged: [], consents: [],
}

describe('a contact', () => {
  test('is called by its name, or by what it is known', () => {
    expect(nameOf(contact)).toBe('Maria')
    expect(nameOf({ name: ' ', identities: [identity('widget', 'abc'), identity('phone', '79161234567')] })).toBe('+7 916 123-45-67')
    expect(nameOf({ name: '', identities: [] })).toBe('')
    expect(shownValue(identity('telegram', '5001', 'channel', 'Maria V.'))).toBe('Maria V. (5001)')
    expect(kindsOf({ identities: [identity('phone', '1'), identity('telegram', '2'), identity('phone', '3')] })).toEqual(['telegram', 'phone'])
  })
  test('may be another one by the same number, whatever channel it is from', () => {
    const found = shared(contact.identities, [identity('whatsapp', '79161234567'), identity('telegram', '9')])
    expect(found.map(({ kind, value }) => [kind, value])).toEqual([['phone', '79161234567']])
    expect(shared(contact.identities, [identity('email', '5001')])).toEqual([])
  })
  test('is sent without fields that have no name', () => {
    const values = valuesOf(contact)
    values.fields.push({ name: ' ', text: 'lost' }, { name: ' Tea ', text: ' green ' })
    expect(bodyOf(values)).toEqual({ name: 'Maria', language: 'ru', tags: ['regular'], fields: { Birthday: '14 March', Tea: 'green' } })
    expect(contact.fields).toEqual({ Birthday: '14 March' })
  })
})

test('what a channel vouches for cannot be taken away, and whoever may only look takes away nothing', async () => {
  const mine = await mounted(IdentitiesCard, { props: { contact, mayEdit: true } })
  expect(mine.text()).toContain('The channel vouches for it')
  expect(mine.findAll('[aria-label^="Remove"]').map((button) => button.attributes('aria-label'))).toEqual(['Remove: +7 916 123-45-67'])
  mine.unmount()
  const others = await mounted(IdentitiesCard, { props: { contact, mayEdit: false } })
  expect(others.findAll('button')).toEqual([])
  others.unmount()
})

test('a message makes time lines stale, and not the whole list', () => {
  const queries = new QueryClient()
  const [timeline, list] = [contactsReadTimelineQueryKey({ path: { contact_id: 'c1' } }), contactsListContactsQueryKey()]
  for (const key of [timeline, list]) queries.setQueryData(key as never, {} as never)
  const tell = feature.live!.conversation as (change: object, cache: QueryClient) => void
  tell({ type: 'update', resource: 'conversation', id: 's1' }, queries)
  expect([timeline, list].map((key) => queries.getQueryState(key as never)?.isInvalidated)).toEqual([true, false])
})
