import { describe, expect, test } from 'vitest'
import { clockOf, faultOf, hoursOf, isOpenAt, isOverNight, isSound, nextSpan, tidyHours, usualHours } from '../src/features/assistants/hours'
import { fieldsOf, valuesOf } from '../src/features/assistants/assistants'

test.each([
  ['9', '09:00'],
  ['930', '09:30'],
  ['21.15', '21:15'],
  ['0:00', '00:00'],
  ['24:00', ''],
  ['25', ''],
  ['12:60', ''],
  ['noon', ''],
])('%s is the time %s', (typed, clock) => expect(clockOf(typed)).toBe(clock))

test('a day ends at 24:00, however midnight is typed', () => {
  expect(clockOf('0:00', true)).toBe('24:00')
  expect(clockOf('24', true)).toBe('24:00')
  expect(clockOf('00:30', true)).toBe('00:30')
})

describe('the spans of a day', () => {
  test('may run past midnight, but not overlap', () => {
    expect(isOverNight({ from: '22:00', to: '02:00' })).toBe(true)
    expect(isOverNight({ from: '22:00', to: '24:00' })).toBe(false)
    expect(faultOf([{ from: '09:00', to: '13:00' }, { from: '14:00', to: '18:00' }])).toBeNull()
    expect(faultOf([{ from: '14:00', to: '18:00' }, { from: '09:00', to: '14:30' }])).toBe('overlap')
    expect(faultOf([{ from: '20:00', to: '03:00' }, { from: '23:00', to: '24:00' }])).toBe('overlap')
  })
  test('have both ends, and length', () => {
    expect(faultOf([{ from: '09:00', to: '' }])).toBe('unfinished')
    expect(faultOf([{ from: '09:00', to: '09:00' }])).toBe('empty')
    expect(faultOf([])).toBeNull()
  })
  test('are offered after the last one', () => {
    expect(nextSpan([])).toEqual({ from: '09:00', to: '18:00' })
    expect(nextSpan([{ from: '09:00', to: '13:00' }])).toEqual({ from: '14:00', to: '17:00' })
    expect(faultOf([{ from: '09:00', to: '22:00' }, nextSpan([{ from: '09:00', to: '22:00' }])])).toBeNull()
  })
})

describe('being open', () => {
  const hours = hoursOf({ weekly: { mon: [{ from: '09:00', to: '18:00' }], fri: [{ from: '20:00', to: '02:00' }] }, holidays: [{ from: '2026-11-23', to: '2026-11-23', name: 'Inventory', spans: [{ from: '12:00', to: '13:00' }] }] })
  const at = (text: string): boolean | undefined => isOpenAt(hours, 'Europe/Moscow', new Date(text))
  test('goes by the clock of the business', () => {
    expect(at('2026-11-30T06:00:00Z')).toBe(true) // Monday, 9:00 in Moscow
    expect(at('2026-11-30T05:59:00Z')).toBe(false)
    expect(at('2026-11-30T15:00:00Z')).toBe(false)
  })
  test('goes on past midnight into a day off', () => {
    expect(at('2026-11-27T22:30:00Z')).toBe(true) // Saturday, 1:30
    expect(at('2026-11-27T23:00:00Z')).toBe(false)
  })
  test('follows a holiday instead of the weekday', () => {
    expect(at('2026-11-23T07:00:00Z')).toBe(false)
    expect(at('2026-11-23T09:30:00Z')).toBe(true)
  })
  test('is not known in a zone that is none', () => expect(isOpenAt(hours, 'Moscow', new Date())).toBeUndefined())
})

describe('hours as they are sent', () => {
  test('have no days off, empty texts, or holidays without a date', () => {
    const hours = { ...usualHours(), holidays: [{ from: '', to: '', name: 'Some day', spans: [] }, { from: '2027-01-01', to: '', name: ' New Year ', spans: [] }] }
    const sent = tidyHours(hours)
    expect(Object.keys(sent.weekly!)).toEqual(['mon', 'tue', 'wed', 'thu', 'fri'])
    expect(sent.holidays).toEqual([{ from: '2027-01-01', to: '2027-01-01', name: 'New Year', spans: [] }])
    expect(sent.closed_text).toEqual({})
    expect(isSound(hours)).toBe(false)
  })
  test('come back as they were', () => {
    const stored = { weekly: { sat: [{ from: '10:00', to: '24:00' }] }, holidays: [], closed_text: { ru: 'Мы вернёмся {when}.' } }
    expect(tidyHours(hoursOf(stored))).toEqual(stored)
  })
  test('are nothing where there are none', () => {
    expect(fieldsOf(valuesOf(null)).hours).toBeNull()
    expect(fieldsOf(valuesOf(null)).handover).toEqual({ on_request: true, on_unsure: false, words: [], wait_minutes: 10, hold_minutes: 60 })
  })
})
