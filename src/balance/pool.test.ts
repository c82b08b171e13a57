import { describe, expect, it } from 'vitest'

import type { Server } from '../config/config.ts'
import type { ServerState } from '../server/states.ts'
import { createPool } from './pool.ts'
import { backendOf } from './testing.ts'

describe('a pool', () => {
  const up: ServerState = { admin: 'ready', health: 'up', weight: 1 }
  const poolOf = (allbackups = false) =>
    createPool({
      ...backendOf([{ name: 'a' }, { name: 'b' }, { name: 'c', backup: true }, { name: 'd', backup: true }]),
      allbackups,
    })
  const names = (pool: ReturnType<typeof poolOf>) =>
    pool
      .candidates()
      .map(({ server }) => server.name)
      .join('')
  const setting = (states: Record<string, Partial<ServerState>>) => (server: { name: string }) => ({
    ...up,
    ...states[server.name],
  })

  it('has its active servers as candidates, before anything is known', () => {
    expect(names(poolOf())).toBe('ab')
  })

  it('does not begin with a server whose name has no address', () => {
    const { servers, ...backend } = backendOf([{ name: 'a' }, { name: 'b' }])
    const [a, b] = servers
    const resolution = { isResolved: false } as Server['resolution']
    const pool = createPool({ ...backend, servers: [{ ...a!, resolution }, b!] })
    expect(names(pool)).toBe('b')
    expect(pool.servable(pool.members[0]!)).toBe(false)
  })

  it('uses the first usable backup when no active server can, all of them with allbackups', () => {
    const down = { a: { health: 'down' }, b: { admin: 'maint' } } as const
    const [pool, all] = [poolOf(), poolOf(true)]
    pool.update(setting(down))
    all.update(setting(down))
    expect([names(pool), names(all)]).toEqual(['c', 'cd'])
    pool.update(setting({ ...down, c: { health: 'down' } }))
    expect(names(pool)).toBe('d')
    pool.update(setting({ a: { weight: 0 }, b: { admin: 'drain' } }))
    expect(names(pool)).toBe('c')
  })

  it('keeps the same list while nothing changes, so that policies keep their turns', () => {
    const pool = poolOf()
    const before = pool.candidates()
    pool.update(setting({}))
    expect(pool.candidates()).toBe(before)
    pool.update(setting({ a: { weight: 2 } }))
    expect(pool.candidates()).not.toBe(before)
  })

  it('serves persistent clients of a backup, of weight 0 and of drain, and leaves servers alone that a view does not name', () => {
    const pool = poolOf()
    pool.update(setting({ a: { weight: 0 }, b: { admin: 'drain' } }))
    expect(pool.members.map((member) => pool.servable(member))).toEqual([true, true, true, true])
    pool.update(() => undefined)
    expect(pool.members[1]!.status.admin).toBe('drain')
  })

  it('passes a server over that has just come up, ever less often, until slowstart has ended', () => {
    const pool = createPool(backendOf([{ name: 'a', slowstartMs: 10_000 }, { name: 'b' }]))
    const [a] = pool.members
    pool.update((server) => (server.name === 'a' ? { ...up, health: 'starting', startedMs: 1000 } : up))
    const shareAt = (nowMs: number) => {
      let passed = 0
      for (let i = 0; i < 1000; i++) if (pool.skippedBySlowstart(nowMs, () => i / 1000).has(a!)) passed += 1
      return 1 - passed / 1000
    }
    expect([1000, 3500, 6000, 11_000, 99_000].map(shareAt).map((share) => Math.round(share * 100))).toEqual([
      0, 25, 50, 100, 100,
    ])
    expect(pool.candidates()).toHaveLength(2)
    pool.update(() => up)
    expect(pool.skippedBySlowstart(1000, () => 1).size).toBe(0)
  })

  it('begins slowstart again for a server that went down and came up between two views', () => {
    const pool = createPool(backendOf([{ name: 'a', slowstartMs: 10_000 }, { name: 'b' }]))
    const cameUp = (startedMs: number) => (server: { name: string }) =>
      server.name === 'a' ? { ...up, health: 'starting' as const, startedMs } : up
    pool.update(cameUp(1000))
    pool.update(cameUp(20_000))
    expect(pool.skippedBySlowstart(20_000, () => 0.5)).toEqual(new Set([pool.members[0]]))
  })
})
