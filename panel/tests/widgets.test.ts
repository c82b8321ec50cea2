import { describe, expect, test } from 'vitest'
import type { WidgetInstanceOut } from '../src/api/generated'
import { changesOf, draftOf, visitsOf } from '../src/features/widgets/widgets'
import { embedLine, lookOf, originOf, shownOrigin } from '../src/widget/look'

const widget: WidgetInstanceOut = { id: 'w1', owner_id: null, assistant_id: 'a1', created: '', updated: '', name: 'Shop', primary_color: '#0e7c8c', suggestions: ['Price?'], allowed_domains: ['https://shop.example'] }

describe('a widget’s form', () => {
  test('sends only what was changed', () => {
    const stored = draftOf(widget)
    expect(changesOf({ ...stored }, stored)).toEqual({})
    expect(changesOf({ ...stored, title: 'Ask us', suggestions: ['Price?', '  '] }, stored)).toEqual({ title: 'Ask us' })
    expect(changesOf({ ...stored, suggestions: [] }, stored)).toEqual({ suggestions: [] })
  })
  test('shares nothing with what is stored', () => {
    const draft = draftOf(widget)
    draft.suggestions.push('Where?')
    draft.allowed_domains.pop()
    expect(widget.suggestions).toEqual(['Price?'])
    expect(widget.allowed_domains).toHaveLength(1)
  })
})

describe('the preview', () => {
  test('never asks for a colour that is still being typed', () => {
    expect(lookOf({ primary_color: '#1d4', placeholder_color: 're' })).toMatchObject({ primary_color: '#c2410c', placeholder_color: '' })
    expect(lookOf({ primary_color: '#1D4ed8', suggestions: [' a ', ''] })).toMatchObject({ primary_color: '#1D4ed8', suggestions: ['a'] })
  })
})

test.each([
  ['shop.example', 'https://shop.example'],
  [' https://Shop.example/catalogue/?a=1 ', 'https://shop.example'],
  ['http://localhost:3000', 'http://localhost:3000'],
  ['магазин.рф', 'https://xn--80aairftm.xn--p1ai'],
  ['shop', ''],
  ['not a site', ''],
  ['ftp://shop.example', ''],
  ['javascript:alert(1)', ''],
])('%s is the site %s', (typed, origin) => expect(originOf(typed)).toBe(origin))

test('the line for a site names the widget', () => {
  expect(embedLine('https://chat.example')).toBe('<script src="https://chat.example/widget.js" defer></script>')
  expect(embedLine('https://chat.example', 'a"b')).toContain('?instance=a%22b"')
})

test('conversations tell when a widget was last written to', () => {
  const visits = visitsOf([{ source_id: 'w1', updated: '2026-11-02' }, { source_id: 'w2', updated: '2026-11-01' }, { source_id: 'w1', updated: '2026-11-03' }], 3)
  expect(visits.get('w1')).toEqual({ count: 2, last: '2026-11-03', isMore: false })
  expect(visitsOf([{ source_id: 'w1', updated: 'x' }], 500).get('w1')?.isMore).toBe(true)
})

test.each(['https://магазин.рф', 'https://www.чайная-листва.рф:8443', 'https://bücher.example', 'https://日本語.jp', 'https://shop.example'])('%s is shown as it was written', (site) => {
  expect(shownOrigin(originOf(site))).toBe(site)
  expect(shownOrigin('https://xn--!.example')).toBe('https://xn--!.example')
})
