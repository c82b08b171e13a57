// The lines were answered by an agent of HAProxy 2.6.12, and `said` is what its statistics showed then.

import { expect, it } from 'vitest'

import { readAgentLine } from './agent.ts'

it.each([
  ['up', { health: 'up' }, 'L7OK', 'via agent : up'],
  ['down', { health: 'down' }, 'L7STS', 'via agent : down'],
  ['fail', { health: 'down' }, 'L7STS', 'via agent : fail'],
  ['stopped #x y', { health: 'down' }, 'L7STS', 'via agent : stopped (x y)'],
  ['down, # z', { health: 'down' }, 'L7STS', 'via agent : down (z)'],
  ['UP, 100%', { health: 'up', weightPercent: 100 }, 'L7OK', 'via agent : UP'],
  ['50%', { weightPercent: 50 }, 'CHECKED', ''],
  ['50% 20%', { weightPercent: 20 }, 'CHECKED', ''],
  ['75% down', { health: 'down', weightPercent: 75 }, 'L7STS', 'via agent : down'],
  ['\tup  ,, 100%', { health: 'up', weightPercent: 100 }, 'L7OK', 'via agent : up'],
  ['down up', { health: 'up' }, 'L7OK', 'via agent : up'],
  ['up down', { health: 'down' }, 'L7STS', 'via agent : down'],
  ['drain', { state: 'drain' }, 'CHECKED', ''],
  ['maint', { state: 'maint' }, 'CHECKED', ''],
  ['drain ready', { state: 'ready' }, 'CHECKED', ''],
  ['ready,50%,drain # hello there', { state: 'drain', weightPercent: 50 }, 'CHECKED', ''],
  ['', {}, 'CHECKED', ''],
  ['garbage', {}, 'CHECKED', 'agent reports an error : garbage'],
  ['failed', {}, 'CHECKED', 'agent reports an error : failed'],
  ['stopped#out of disk', {}, 'CHECKED', 'agent reports an error : stopped#out'],
  ['50% foo', { weightPercent: 50 }, 'CHECKED', 'agent reports an error : foo'],
  ['-5%', {}, 'CHECKED', 'agent reports an error : -5%'],
  ['50 %', {}, 'CHECKED', 'agent reports an error : 50'],
  ['50.5%', {}, 'CHECKED', 'agent warns : Trailing garbage in weight string'],
  ['50%x', {}, 'CHECKED', 'agent warns : Trailing garbage in weight string'],
])('%j', (line, words, code, said) => {
  expect(readAgentLine(line, 3)).toEqual({ words, result: { code, said, durationMs: 3 } })
})

it('of a maxconn it says that it is not changed', () => {
  expect(readAgentLine('up maxconn:5', 0).words).toEqual({ health: 'up' })
  expect(readAgentLine('maxconn:5', 0).result.said).toMatch(/^agent warns : /)
})

it('keeps no more of a long line than a page can show', () => {
  expect(readAgentLine(`down # ${'x'.repeat(9_999)}`, 0).result.said).toHaveLength(200)
  expect(readAgentLine('constructor', 0).words).toEqual({})
})
