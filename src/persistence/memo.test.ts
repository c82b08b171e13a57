import { expect, it } from 'vitest'

import { createMemo } from '../memo.ts'

it('holds at least half of its entries and at most all of them, the most recent ones', () => {
  const memo = createMemo<number>(100)
  for (let i = 0; i < 1000; i++) memo.set(String(i), i)
  const knows = (i: number) => memo.get(String(i)) !== undefined
  const numbers = Array.from({ length: 1000 }, (_, i) => i)
  expect(numbers.slice(0, 900).filter(knows)).toEqual([])
  expect(numbers.slice(950).every(knows)).toBe(true)
})

it('keeps what is asked for, however much comes after it', () => {
  const memo = createMemo<string>(10)
  memo.set('kept', 'x')
  memo.set('forgotten', 'y')
  for (let i = 0; i < 100; i++) {
    memo.set(String(i), 'z')
    expect(memo.get('kept')).toBe('x')
  }
  expect(memo.get('forgotten')).toBeUndefined()
})

it('has the last value of a key', () => {
  const memo = createMemo<number>(4)
  for (let i = 0; i < 3; i++) {
    memo.set('a', i)
    memo.set(String(i), i)
  }
  expect(memo.get('a')).toBe(2)
})

it('holds one entry where it may hold one', () => {
  const memo = createMemo<number>(1)
  memo.set('a', 1)
  expect([memo.get('a'), memo.get('b')]).toEqual([1, undefined])
})
