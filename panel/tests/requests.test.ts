import { expect, it } from 'vitest'
import type { RequestOut } from '@/api/generated'
import { arranged } from '@/features/requests/requests'

const request = (id: string, question: string, created: string): RequestOut => ({ id, question, name: 'Анна', contact: '+7 900', call_back: '', created }) as RequestOut

it('finds requests by every word, the latest first', () => {
  const all = [request('1', 'Счёт на чайник', '2026-01-01'), request('2', 'Чайник разбился', '2026-01-02'), request('3', 'Опт', '2026-01-03')]
  expect(arranged(all, 'чайник анна', undefined).map(({ id }) => id)).toEqual(['2', '1'])
  expect(arranged(all, '', { by: 'created', isDown: false }).map(({ id }) => id)).toEqual(['1', '2', '3'])
})
