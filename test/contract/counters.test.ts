// A counter that nothing increments tells operators 0 for ever.

import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { expect, it } from 'vitest'

import { COUNTERS } from '../../src/stats/tally.ts'

const ROOMS = ['balancer', 'stats'].map((room) => fileURLToPath(new URL(`../../src/${room}`, import.meta.url)))
const SOURCE = ROOMS.flatMap((room) => globSync('**/*.ts', { cwd: room }).map((file) => `${room}/${file}`))
  .filter((file) => !/(\.test|testing)\.ts$/.test(file))
  .map((file) => readFileSync(file, 'utf8'))
  .join('\n')
/** The list of all names is no place that increments one. */
const CODE = SOURCE.replace(/export const COUNTERS = \[[^]*?\] as const/, '')

it.each(COUNTERS)('%s is incremented somewhere', (name) => {
  // Classes of statuses and letters of verdicts are looked up by what they stand for.
  const isLookedUp = /^(?:hrsp|verdict)_/.test(name) && CODE.includes(`'${name}'`)
  expect(isLookedUp || new RegExp(`\\b${name} \\+= `).test(CODE), name).toBe(true)
})
