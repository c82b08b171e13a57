// How the Monitor's snapshot comes into KV, which takes one write a second of a key and answers others with 429. The clock
// and KV are the test's; storage is a real object's.

import { runInDurableObject } from 'cloudflare:test'
import { env as testEnv } from 'cloudflare:workers'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import type { Env } from '../../src/cloudflare/env.ts'
import { createMonitorClass } from './release-objects.ts'
import { configOrThrow } from '../../src/config/validate.ts'
import type { Snapshot } from '../../src/health/snapshot.ts'
import type { AdminState } from '../../src/server/states.ts'
import * as before from './release-0.1/objects.js'

const { BARE } = testEnv as unknown as { readonly BARE: DurableObjectNamespace }

/** Far ahead: the runtime, whose clock is another, fires none of the alarms. */
const START_MS = 4_000_000_000_000
let nowMs = START_MS
const errors: string[] = []
beforeEach(() => {
  nowMs = START_MS
  errors.length = 0
  vi.spyOn(Date, 'now').mockImplementation(() => nowMs)
  vi.spyOn(console, 'log').mockImplementation(() => undefined)
  vi.spyOn(console, 'error').mockImplementation((line: string) => void errors.push(line))
})
afterEach(() => vi.restoreAllMocks())

/** As documented: one write a second of a key, then 429. */
function createKv() {
  const kv = {
    held: undefined as Snapshot | undefined,
    puts: 0,
    refused: 0,
    isDown: false,
    hangs: false,
    takenMs: Number.NEGATIVE_INFINITY,
    async put(_key: string, text: string) {
      kv.puts += 1
      if (kv.hangs) await new Promise(() => undefined)
      await Promise.resolve()
      if (kv.isDown || nowMs - kv.takenMs < 1_000) {
        kv.refused += 1
        throw new Error('KV PUT failed: 429 Too Many Requests')
      }
      kv.takenMs = nowMs
      kv.held = JSON.parse(text) as Snapshot
    },
  }
  return kv
}
type Kv = ReturnType<typeof createKv>

const adminOf = (kv: Kv) => Object.values(kv.held?.servers ?? {}).map(({ admin }) => admin)

interface Deployment {
  readonly kv: Kv
  /** A new start of the object, as after a deploy or an eviction. */
  start(states?: readonly AdminState[], release?: Pick<typeof before, 'createMonitorClass' | 'configOrThrow'>): Monitor
  /** With a release for each of two servers, named as they are. */
  startReleases(current: string): Monitor
  readonly storage: DurableObjectStorage
}
type Monitor = InstanceType<ReturnType<typeof createMonitorClass>>

let names = 0
const deployed = (work: (deployment: Deployment) => Promise<void>) =>
  runInDurableObject(BARE.getByName(`publication-${names++}`), async (_, state) => {
    const kv = createKv()
    await work({
      kv,
      storage: state.storage,
      start(states = ['ready', 'ready'], release = { createMonitorClass, configOrThrow }) {
        const servers = states.map((admin, i) => ({ name: `s${i}`, url: `https://s${i}.example`, state: admin }))
        const Class = release.createMonitorClass(() =>
          release.configOrThrow({ backends: [{ name: 'app', servers }] }, 'either'),
        )
        return new Class(state, { SNAPSHOT: kv } as unknown as Env)
      },
      startReleases(current) {
        const list = ['r0', 'r1']
        const servers = list.map((name) => ({ name, release: name, url: `https://${name}.example` }))
        const config = configOrThrow({ backends: [{ name: 'app', releases: { list, current }, servers }] }, 'either')
        return new (createMonitorClass(() => config))(state, { SNAPSHOT: kv } as unknown as Env)
      },
    })
  })

/** Runs the alarm whenever it is set, for so long. */
async function pass({ storage }: Deployment, monitor: Monitor, ms: number) {
  const endMs = nowMs + ms
  for (;;) {
    await settled()
    const alarmMs = await storage.getAlarm()
    if (alarmMs === null || alarmMs > endMs) break
    nowMs = Math.max(nowMs, alarmMs)
    await storage.deleteAlarm()
    await monitor.alarm!()
  }
  nowMs = endMs
}

/** What was begun and waits for nothing has ended. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 5))

it('of two commands in one second the second is not lost, and nothing is refused', () =>
  deployed(async (deployment) => {
    const { kv, start } = deployment
    const monitor = start()
    await monitor.arm()
    await pass(deployment, monitor, 5_000)
    await monitor.change('app/s0', { state: 'maint' }, 'ann')
    await monitor.change('app/s1', { state: 'maint' }, 'ann')
    await settled()
    await monitor.change('app/s1', { state: 'drain' }, 'ann')
    await pass(deployment, monitor, 5_000)
    expect(adminOf(kv)).toEqual(['maint', 'drain'])
    expect([kv.puts, kv.refused, errors]).toEqual([3, 0, []])
    expect(await deployment.storage.getAlarm()).toBeNull()
  }))

it('a namespace that takes nothing is asked until it does, ever more seldom, and complained of once', () =>
  deployed(async (deployment) => {
    const { kv, start } = deployment
    const monitor = start()
    await monitor.arm()
    await pass(deployment, monitor, 5_000)
    kv.isDown = true
    const { puts } = kv
    await monitor.change('app/s0', { state: 'maint' }, 'ann')
    await pass(deployment, monitor, 600_000)
    expect(kv.puts - puts).toBeGreaterThan(10)
    expect(kv.puts - puts).toBeLessThan(20)
    expect(errors).toEqual([expect.stringContaining('"event":"snapshot-not-published"')])
    // The next change is tried without delay.
    kv.isDown = false
    await monitor.change('app/s1', { state: 'drain' }, 'ann')
    await pass(deployment, monitor, 1_000)
    expect(adminOf(kv)).toEqual(['maint', 'drain'])
  }))

it('what KV has not taken yet outlives the object', () =>
  deployed(async (deployment) => {
    const { kv, start } = deployment
    const monitor = start()
    await monitor.arm()
    await pass(deployment, monitor, 5_000)
    kv.isDown = true
    // Forth and back: the states are those that KV has, and isolates may have seen others.
    await monitor.change('app/s0', { state: 'maint' }, 'ann')
    await monitor.change('app/s0', { state: 'ready' }, 'ann')
    await pass(deployment, monitor, 2_000)
    const { n } = (await monitor.change('app/s0', { weight: 1 }, 'ann'))!.snapshot
    kv.isDown = false
    const next = start()
    await next.arm()
    await pass(deployment, next, 2_000)
    expect(kv.held!.n).toBeGreaterThanOrEqual(n)
  }))

it('a deploy that changes a state publishes it, any other start publishes nothing', () =>
  deployed(async (deployment) => {
    const { kv, start } = deployment
    for (const [states, puts] of [
      [['ready', 'ready'], 1],
      [['ready', 'ready'], 1],
      [['maint', 'ready'], 2],
      [['maint', 'ready'], 2],
    ] as const) {
      const monitor = start(states)
      await monitor.arm()
      await pass(deployment, monitor, 5_000)
      expect(adminOf(kv)).toEqual(states)
      expect(kv.puts).toBe(puts)
    }
  }))

it('a change of a release is published, by a command or by a deploy, and a start without one is not', () =>
  deployed(async (deployment) => {
    const { kv, startReleases } = deployment
    const monitor = startReleases('r0')
    await monitor.arm()
    await pass(deployment, monitor, 5_000)
    expect([kv.puts, kv.held?.releases?.['app']?.current]).toEqual([1, 'r0'])
    await monitor.changeRelease('app', { release: 'r1', state: 'canary', share: 0.1 }, 'ann')
    await pass(deployment, monitor, 5_000)
    expect([kv.puts, kv.held?.releases?.['app']?.canary]).toEqual([2, { name: 'r1', share: 0.1 }])
    const again = startReleases('r0')
    await again.arm()
    await pass(deployment, again, 5_000)
    expect(kv.puts).toBe(2)
    const other = startReleases('r1')
    await other.arm()
    await pass(deployment, other, 5_000)
    expect([kv.puts, kv.held?.releases?.['app']]).toMatchObject([3, { current: 'r1', states: { r0: 'kept' } }])
  }))

it('after the release before was at work, a start publishes', () =>
  deployed(async (deployment) => {
    const { kv, start } = deployment
    const monitor = start()
    await monitor.arm()
    await pass(deployment, monitor, 5_000)
    const rolledBack = start(['ready', 'ready'], before)
    await rolledBack.change('app/s0', { state: 'maint' }, 'ann')
    nowMs += 5_000
    await settled()
    expect(adminOf(kv)).toEqual(['maint', 'ready'])
    // Its second write within a second is lost, and the states are those that this release published last.
    kv.isDown = true
    await rolledBack.change('app/s0', { state: 'ready' }, 'ann')
    await settled()
    kv.isDown = false
    const again = start()
    await again.arm()
    await pass(deployment, again, 5_000)
    expect(adminOf(kv)).toEqual(['ready', 'ready'])
  }))

it('what KV holds is written again every five minutes, when cron calls', () =>
  deployed(async (deployment) => {
    const { kv, start } = deployment
    const monitor = start()
    for (let minute = 0; minute <= 10; minute++) {
      await monitor.arm()
      await pass(deployment, monitor, 60_000)
    }
    expect(kv.puts).toBe(3)
  }))

it('a write that never ends is taken for lost, and there is one at a time', () =>
  deployed(async (deployment) => {
    const { kv, start } = deployment
    kv.hangs = true
    const monitor = start(['maint', 'ready'])
    await monitor.arm()
    await pass(deployment, monitor, 9_000)
    await monitor.arm()
    expect(kv.puts).toBe(1)
    kv.hangs = false
    nowMs += 2_000
    await monitor.arm()
    await settled()
    expect(adminOf(kv)).toEqual(['maint', 'ready'])
    expect(kv.puts).toBe(2)
  }))
