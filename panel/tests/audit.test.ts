import { expect, test } from 'vitest'
import { detailsOf, edge, kindOf } from '../src/features/audit/audit'

test('details become lines that a person reads', () => {
  expect(detailsOf({ fields: ['name', 'card'], version: 2, role: { before: 'user', after: 'admin' }, model: '' })).toEqual([
    { name: 'fields', value: 'name, card' },
    { name: 'version', value: '2' },
    { name: 'role', before: 'user', value: 'admin' },
    { name: 'model', value: '—' },
  ])
  expect(detailsOf({})).toEqual([])
})

test('days are the viewer’s own', () => {
  expect(edge('2026-12-31', true)).toBe(new Date(2027, 0, 1).toISOString())
  expect(edge('2026-12-31')).toBe(new Date(2026, 11, 31).toISOString())
  expect(edge('x')).toBeUndefined()
})

test.each([['create', 'ok'], ['update', 'accent'], ['delete', 'danger'], ['login_failed', 'danger'], ['login', 'plain'], ['cleanup', 'danger']])('%s is %s', (action, kind) => expect(kindOf(action)).toBe(kind))
