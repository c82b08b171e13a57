// What the tallies of a backend with releases say besides: who chose, what was rescued, and pins that are over.

import { expect, it } from 'vitest'

import { answers } from '../testing.ts'
import { site } from './testing.ts'
import type { Site } from './testing.ts'

function countsOf({ held }: Site, key: 'backend:app' | `server:app/${string}`): Readonly<Record<string, number>> {
  const { counts } = held.tallies.get(key)!
  return Object.fromEntries(Object.entries(counts).filter(([name]) => name.startsWith('release_')))
}

it('each answer of a server is counted by what chose its release', async () => {
  const made = await site({}, { ids: [{ query: 'v' }] })
  const client = made.browser()
  await client.document()
  await client.part()
  await client.part()
  made.down('a2', 'b2')
  await made.browser('192.0.2.2').part('/api?v=r2')
  expect(countsOf(made, 'server:app/b1')).toEqual({ release_by_id: 1 })
  const [a1, a2] = [countsOf(made, 'server:app/a1'), countsOf(made, 'server:app/a2')]
  expect([{ release_by_draw: 1, release_by_pin: 2 }]).toContainEqual(Object.keys(a1).length > 0 ? a1 : a2)
  made.down('a1', 'a2', 'b2')
  await client.part()
  expect(countsOf(made, 'server:app/sorry')).toEqual({ release_by_down: 1 })
})

it('pins of a release that has ended are counted with the backend', async () => {
  const made = await site()
  const client = made.browser()
  await client.document()
  expect(countsOf(made, 'backend:app')).toEqual({})
  made.set({ current: 'r2', states: { r1: 'ended' } })
  await client.part()
  await client.document()
  await client.document()
  expect(countsOf(made, 'backend:app')).toEqual({ release_void_pins: 2 })
})

it('files that a release lacks are counted by whether another one has them, and as no answer of the other one', async () => {
  const made = await site({ cookie: undefined })
  for (const name of ['a1', 'a2']) made.held.servers.set(name, answers(404))
  await made.browser().asset('/assets/old.js')
  expect(countsOf(made, 'backend:app')).toEqual({ release_rescues_found: 1 })
  for (const name of ['b1', 'b2']) made.held.servers.set(name, answers(404))
  await made.browser().asset('/assets/none.js')
  // Nobody was asked: that none has it is known.
  await made.browser().asset('/assets/none.js')
  expect(countsOf(made, 'backend:app')).toEqual({ release_rescues_found: 1, release_rescues_missing: 1 })
  for (const name of ['b1', 'b2']) expect(countsOf(made, `server:app/${name}`)).toEqual({})
})

it('a balancer without releases counts none of it', async () => {
  const made = await site({ releases: undefined, servers: [{ name: 'a1', url: 'http://a1.example' }] })
  await made.browser().document()
  for (const { counts } of made.held.tallies.values())
    expect(Object.keys(counts).filter((name) => name.startsWith('release_'))).toEqual([])
})
