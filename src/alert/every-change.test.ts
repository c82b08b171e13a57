// Every change between two states that is reported, and the sentence that reports it.

import { expect, it } from 'vitest'

import { ADMIN_STATES, HEALTH_STATES, looksSame, stateOfWord } from '../server/states.ts'
import { eventOf, serverAlert } from './message.ts'

const WORDS = ['UP', 'NOLB', 'DOWN', 'DRAIN', 'DRAIN (DOWN)', 'MAINT', 'MAINT (DOWN)']

it('each change is told as it always was', () => {
  const change = { backend: 'app', server: 's1', isBackup: false, check: undefined, atMs: 0, active: 1, backup: 2 }
  const lines = WORDS.flatMap((from) =>
    WORDS.filter((to) => to !== from).map((to) => {
      const told = serverAlert({ ...change, from: stateOfWord(from)!, to: stateOfWord(to)! })
      return `${from} -> ${to}: ${told?.event}: ${told?.text}`
    }),
  )
  expect(lines).toEqual(TOLD.trim().split('\n'))
})

it('between states that have one word there is nothing to tell', () => {
  const states = ADMIN_STATES.flatMap((admin) => HEALTH_STATES.map((health) => ({ admin, health })))
  const pairs = states.flatMap((from) => states.map((to) => [from, to] as const)).filter((pair) => looksSame(...pair))
  expect(pairs).toHaveLength(2 * 2 + 1 + 1 + 3 * 3 + 1 + 3 * 3 + 1)
  for (const [from, to] of pairs) expect(eventOf(from, to)).toBeUndefined()
})

const TOLD = `
UP -> NOLB: drain: Server app/s1 is stopping. 1 active and 2 backup servers online.
UP -> DOWN: down: Server app/s1 is DOWN. 1 active and 2 backup servers left.
UP -> DRAIN: drain: Server app/s1 enters drain state. 1 active and 2 backup servers online.
UP -> DRAIN (DOWN): down: Server app/s1 is DOWN. 1 active and 2 backup servers left.
UP -> MAINT: maint: Server app/s1 is going DOWN for maintenance. 1 active and 2 backup servers left.
UP -> MAINT (DOWN): maint: Server app/s1 is going DOWN for maintenance. 1 active and 2 backup servers left.
NOLB -> UP: up: Server app/s1 is UP. 1 active and 2 backup servers online.
NOLB -> DOWN: down: Server app/s1 is DOWN. 1 active and 2 backup servers left.
NOLB -> DRAIN: drain: Server app/s1 enters drain state. 1 active and 2 backup servers online.
NOLB -> DRAIN (DOWN): down: Server app/s1 is DOWN. 1 active and 2 backup servers left.
NOLB -> MAINT: maint: Server app/s1 is going DOWN for maintenance. 1 active and 2 backup servers left.
NOLB -> MAINT (DOWN): maint: Server app/s1 is going DOWN for maintenance. 1 active and 2 backup servers left.
DOWN -> UP: up: Server app/s1 is UP. 1 active and 2 backup servers online.
DOWN -> NOLB: up: Server app/s1 is UP. 1 active and 2 backup servers online.
DOWN -> DRAIN: up: Server app/s1 is UP. 1 active and 2 backup servers online.
DOWN -> DRAIN (DOWN): drain: Server app/s1 enters drain state. 1 active and 2 backup servers left.
DOWN -> MAINT: maint: Server app/s1 was DOWN and now enters maintenance.
DOWN -> MAINT (DOWN): maint: Server app/s1 was DOWN and now enters maintenance.
DRAIN -> UP: ready: Server app/s1 is UP (leaving forced drain).
DRAIN -> NOLB: ready: Server app/s1 is UP (leaving forced drain).
DRAIN -> DOWN: down: Server app/s1 is DOWN. 1 active and 2 backup servers left.
DRAIN -> DRAIN (DOWN): down: Server app/s1 is DOWN. 1 active and 2 backup servers left.
DRAIN -> MAINT: maint: Server app/s1 is going DOWN for maintenance. 1 active and 2 backup servers left.
DRAIN -> MAINT (DOWN): maint: Server app/s1 is going DOWN for maintenance. 1 active and 2 backup servers left.
DRAIN (DOWN) -> UP: up: Server app/s1 is UP. 1 active and 2 backup servers online.
DRAIN (DOWN) -> NOLB: up: Server app/s1 is UP. 1 active and 2 backup servers online.
DRAIN (DOWN) -> DOWN: ready: Server app/s1 is DOWN (leaving forced drain).
DRAIN (DOWN) -> DRAIN: up: Server app/s1 is UP. 1 active and 2 backup servers online.
DRAIN (DOWN) -> MAINT: maint: Server app/s1 was DOWN and now enters maintenance.
DRAIN (DOWN) -> MAINT (DOWN): maint: Server app/s1 was DOWN and now enters maintenance.
MAINT -> UP: ready: Server app/s1 is UP/READY (leaving forced maintenance).
MAINT -> NOLB: ready: Server app/s1 is UP/READY (leaving forced maintenance).
MAINT -> DOWN: ready: Server app/s1 is DOWN/READY (leaving forced maintenance).
MAINT -> DRAIN: ready: Server app/s1 is UP/DRAIN (leaving forced maintenance).
MAINT -> DRAIN (DOWN): ready: Server app/s1 is DOWN/DRAIN (leaving forced maintenance).
MAINT -> MAINT (DOWN): down: Server app/s1 is DOWN. 1 active and 2 backup servers left.
MAINT (DOWN) -> UP: ready: Server app/s1 is UP/READY (leaving forced maintenance).
MAINT (DOWN) -> NOLB: ready: Server app/s1 is UP/READY (leaving forced maintenance).
MAINT (DOWN) -> DOWN: ready: Server app/s1 is DOWN/READY (leaving forced maintenance).
MAINT (DOWN) -> DRAIN: ready: Server app/s1 is UP/DRAIN (leaving forced maintenance).
MAINT (DOWN) -> DRAIN (DOWN): ready: Server app/s1 is DOWN/DRAIN (leaving forced maintenance).
MAINT (DOWN) -> MAINT: up: Server app/s1 is UP. 1 active and 2 backup servers online.
`
