// The table of rooms that are mutated follows the files: a row that finds none would be reached by nobody and missed by nobody.

import { globSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { describe, expect, it } from 'vitest'

import { SUBJECTS } from '../conformance/haproxy/scenarios.ts'
import { ROOMS } from '../mutate/rooms.ts'
import { scoreOf } from '../mutate/score.ts'

const cwd = fileURLToPath(new URL('../..', import.meta.url))

describe.each(Object.entries(ROOMS))('the mutated room %s', (_, { mutates, tests, replays = [] }) => {
  it.each([...mutates, ...tests])('finds %s', (pattern) => {
    expect(globSync(pattern, { cwd })).not.toEqual([])
  })

  it('replays what is recorded', () => {
    expect(replays.filter((subject) => !(subject in SUBJECTS))).toEqual([])
  })
})

describe('a score', () => {
  const scoreFor = (...statuses: readonly string[]) =>
    scoreOf({ files: { 'a.ts': { mutants: statuses.map((status) => ({ status })) }, 'b.ts': { mutants: [] } } })

  it('counts what hangs as killed, and what no test reaches as survived', () => {
    expect(scoreFor('Killed', 'Timeout', 'Survived', 'NoCoverage')).toEqual({ killed: 2, survived: 2, percent: 50 })
  })

  it('leaves out what does not run', () => {
    expect(scoreFor('Killed', 'Ignored', 'CompileError', 'RuntimeError')).toEqual({
      killed: 1,
      survived: 0,
      percent: 100,
    })
  })

  it('is never rounded up to its threshold', () => {
    const all = [...Array<string>(8499).fill('Killed'), ...Array<string>(1501).fill('Survived')]
    expect(scoreFor(...all).percent).toBe(84.9)
  })

  it('is 0 where nothing ran', () => expect(scoreFor().percent).toBe(0))
})
