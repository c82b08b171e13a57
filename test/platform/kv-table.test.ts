// A stick table in KV, with KV's documented faults: which clients may move, and which may not. Two locations share one namespace.

import { describe, expect, it } from 'vitest'

import type { LimpetConfig } from '../../src/config/options/root.ts'
import { named } from './internet.ts'
import { startZone } from './world.ts'
import type { Deployment } from './world.ts'

/** A copy of an entry, or of its absence, is held at a location for 30 s. */
const COPY_MS = 31_000
const names = ['s1', 's2', 's3', 's4']
const stickTable = { type: 'string', size: 1_000, expire: '1h', store: 'kv', cache: 0, timeout: '5s' } as const
const config: LimpetConfig = {
  counters: false,
  backends: [
    {
      name: 'app',
      balance: 'roundrobin',
      stickTable,
      stick: [{ on: 'req.hdr(x-user)' }],
      servers: names.map((name) => ({ name, url: `https://${name}.example.com` })),
    },
  ],
}

async function start() {
  const options = { config, namespaces: ['STICK_KV'] as const, token: undefined }
  const world = await startZone({ here: options, there: options })
  for (const name of names) world.internet.serve(`${name}.example.com`, named(name))
  const { here, there } = world.deployments
  return { ...world, here: here!, there: there! }
}

const serverOf = async (location: Deployment, user: string) => {
  const { status, body } = await location.ask({ headers: { 'x-user': user } })
  expect(status).toBe(200)
  return body
}
const USERS = Array.from({ length: 8 }, (_, i) => `user-${i}`)

describe('a client of a table in KV', () => {
  it('stays, who keeps to one location', async () => {
    const { here, pass } = await start()
    for (const user of USERS) {
      const first = await serverOf(here, user)
      for (let i = 0; i < 3; i++) expect(await serverOf(here, user)).toBe(first)
      await pass(COPY_MS)
      expect(await serverOf(here, user)).toBe(first)
    }
  })

  it('stays, who comes to another location after its first request has been answered', async () => {
    const { here, there } = await start()
    for (const user of USERS) {
      const first = await serverOf(here, user)
      expect(await serverOf(there, user)).toBe(first)
    }
  })

  it('may move once, whose first requests come to two locations at once: the last write wins', async () => {
    const { here, there, truth, pass } = await start()
    for (const user of USERS) {
      const [one, other] = await Promise.all([serverOf(here, user), serverOf(there, user)])
      // While the copies are held, each location keeps to what it wrote or read.
      for (let i = 0; i < 2; i++) expect([one, other]).toContain(await serverOf(here, user))
      await pass(2 * COPY_MS)
      const settled = await serverOf(here, user)
      expect([one, other]).toContain(settled)
      expect(await serverOf(there, user)).toBe(settled)
    }
    expect(truth.writes.taken).toBeGreaterThan(0)
    expect(here.logged('table-unreachable')).toEqual([])
  })

  it('may move, who was asked for at a location before another one stored it: the absence is held there, too', async () => {
    const { here, there, pass } = await start()
    // `there` looks for the key and finds nothing; what it writes then is seen here only where no copy is held.
    const own = await serverOf(there, 'ann')
    expect(await serverOf(here, 'ann')).toBe(own)
    await pass(2 * COPY_MS)
    expect([await serverOf(here, 'ann'), await serverOf(there, 'ann')]).toEqual([own, own])
  })
})
