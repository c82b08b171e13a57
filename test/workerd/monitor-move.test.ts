// Moving the Monitor: from one object to another, with everything, whatever goes wrong on the way. Real objects, real storage; what
// breaks is the test's.

import {
  createExecutionContext,
  evictDurableObject,
  reset,
  runDurableObjectAlarm,
  runInDurableObject,
  waitOnExecutionContext,
} from 'cloudflare:test'
import { env as testEnv } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { SNAPSHOT_KEY } from '../../src/cloudflare/env.ts'
import type { Env } from '../../src/cloudflare/env.ts'
import { createLimpet } from '../../src/cloudflare/limpet.ts'
import type { MoveRpc } from '../../src/cloudflare/objects/monitor-move.ts'
import type { MonitorRpc } from '../../src/cloudflare/rpc.ts'
import { loadSnapshot } from '../../src/cloudflare/adapters/snapshot-source.ts'
import type { Snapshot } from '../../src/health/snapshot.ts'
import { isNewer } from '../../src/health/snapshot.ts'
import * as before from './release-0.1/objects.js'
import { askedServer, SERVERS } from './servers.ts'

const env = testEnv as unknown as Required<Env>
const { MONITOR, SNAPSHOT } = env
type Stub = ReturnType<typeof MONITOR.getByName>
// Objects see the test's binding: what is meddled with below is not what the test itself calls.
const getByName = MONITOR.getByName.bind(MONITOR)
const object = (name: string): Stub => getByName(name)

const lines: string[] = []
const serversAnswer = () =>
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    return new Response(null, { status: askedServer(input) === 's1' ? 500 : 200 })
  })
let fetched: ReturnType<typeof serversAnswer>
beforeEach(() => {
  lines.length = 0
  vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line))
  vi.spyOn(console, 'error').mockImplementation((line: string) => void lines.push(line))
  fetched = serversAnswer()
})
// A Monitor of an earlier test would go on checking.
afterEach(() => reset())

const until = (condition: () => Promise<boolean>) => vi.waitUntil(condition, { timeout: 60_000, interval: 20 })
const viewOf = async (stub: Stub, name: string) => (await stub.servers()).find(({ server }) => server === name)!
const move = async (to: 'weur' | 'enam' | 'apac' | null, by = object('monitor')) => ({ ...(await by.move(to, 'ann')) })
const alarmOf = (name: string) => runInDurableObject(object(name), (_, { storage }) => storage.getAlarm())

const seatOf = (name: string) =>
  runInDurableObject(
    object(name),
    (_, { storage: { sql } }) =>
      sql.exec('SELECT moved_to, staged, generation FROM seat').one() as {
        moved_to: string | null
        staged: number | null
        generation: number
      },
  )

/** Where the way from the first object ends. */
async function inCommand(): Promise<string> {
  let name = 'monitor'
  for (let steps = 0; steps < 10; steps++) {
    const { moved_to: to } = await seatOf(name)
    if (to === null) return name
    // The last step may not have been taken yet: it is by the first call.
    const next = await seatOf(to)
    if (next.moved_to === name && next.staged !== null && next.staged <= (await seatOf(name)).generation) return to
    name = to
  }
  throw new Error('the way never ends')
}

/** Changes what objects hear from each other. `state`: of the object `name`. */
const meddle = (name: string, change: (rpc: MoveRpc, state: DurableObjectState) => Partial<MoveRpc>) =>
  runInDurableObject(object(name), (_, state) => {
    vi.spyOn(MONITOR, 'getByName').mockImplementation((to, options) => {
      const stub = getByName(to, options)
      const rpc = stub as unknown as MoveRpc
      const real: MoveRpc = {
        stage: async (offer) => rpc.stage(offer),
        relay: async (generation, method, args) => rpc.relay(generation, method, args),
      }
      return { ...real, ...change(real, state) } as unknown as Stub
    })
  })

/** With a server that checks have found down, one in a drain, a weight and who did it. */
async function prepared(): Promise<Stub> {
  const first = object('monitor')
  await first.snapshot()
  await until(async () => {
    await runDurableObjectAlarm(first)
    return (await viewOf(first, 's1')).status === 'DOWN'
  })
  await first.change('app/s2', { state: 'drain', drainForMs: 3_600_000, weight: 7 }, 'ann')
  await first.change('app/s3', { weight: 3 }, 'ann')
  return first
}

const stable = (views: readonly object[]) =>
  views.map((view) => ({ ...view, lastCheck: null, checkHealth: 0, checksFailed: 0, status: '' }))

describe('a move', () => {
  it('takes everything along, and leaves the first object to pass calls on', async () => {
    const first = await prepared()
    const [servers, events, backends, snapshot] = await Promise.all([
      first.servers(),
      first.events(100),
      first.backends(),
      first.snapshot(),
    ])
    expect(await move('weur')).toEqual({ to: 'monitor/1/weur' })
    expect(lines).toContainEqual('{"event":"monitor-moved","from":"monitor","to":"monitor/1/weur","who":"ann"}')
    const second = object('monitor/1/weur')
    for (const stub of [first, second]) {
      expect(stable(await stub.servers())).toEqual(stable(servers))
      expect((await stub.events(100)).slice(-events.length)).toEqual(events)
      expect(await stub.backends()).toEqual(backends)
    }
    expect(await inCommand()).toBe('monitor/1/weur')
    // Isolates hold the new snapshot for newer, and for their own.
    const moved = (await first.snapshot()) as Snapshot
    expect(moved).toMatchObject({ monitor: snapshot.monitor, at: 'monitor/1/weur' })
    expect(moved.servers).toEqual(snapshot.servers)
    expect(isNewer(moved, snapshot as Snapshot)).toBe(true)
    // A command to the one that was left is done by the other.
    await first.change('app/s2', { state: 'maint' }, 'bob')
    expect(await viewOf(second, 's2')).toMatchObject({ state: 'maint', configuredState: 'ready' })
  })

  it('stops the checks of the object that was left, and its alarm', async () => {
    await prepared()
    await move('weur')
    await runDurableObjectAlarm(object('monitor'))
    expect(await alarmOf('monitor')).toBeNull()
    expect(await alarmOf('monitor/1/weur')).not.toBeNull()
    await evictDurableObject(object('monitor'))
    const asked = fetched.mock.calls.length
    await object('monitor').arm()
    await until(async () => {
      await runDurableObjectAlarm(object('monitor/1/weur'))
      return fetched.mock.calls.length > asked + 2
    })
    expect(await alarmOf('monitor')).toBeNull()
  })

  it('that finds a check under way forgets its result: the other one asks itself', async () => {
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>()
    fetched.mockImplementation(async () => {
      await answered
      return new Response(null, { status: 500 })
    })
    const first = object('monitor')
    await first.snapshot()
    await until(async () => {
      await runDurableObjectAlarm(first)
      return fetched.mock.calls.length > 0
    })
    await move('weur')
    const rows = () =>
      runInDurableObject(first, (_, { storage: { sql } }) => [
        sql.exec('SELECT * FROM events').toArray(),
        sql.exec('SELECT * FROM servers').toArray(),
      ])
    const left = await rows()
    answer()
    await until(async () => (await viewOf(object('monitor/1/weur'), 's1')).status === 'DOWN')
    expect(await rows()).toEqual(left)
    expect(await alarmOf('monitor')).toBeNull()
  })

  it('loses no change that is made while it copies', async () => {
    const first = await prepared()
    let changes = 0
    await meddle('monitor', ({ stage }) => ({
      async stage(offer) {
        await stage(offer)
        if (changes++ < 2) await object('monitor').change('app/s2', { weight: 20 + changes }, 'bob')
      },
    }))
    expect(await move('weur')).toEqual({ to: 'monitor/1/weur' })
    expect(changes).toBe(3)
    expect(await viewOf(first, 's2')).toMatchObject({ weight: 22 })
  })

  it('is not undone by a copy of an earlier one that comes late', async () => {
    await prepared()
    let late: Parameters<MoveRpc['stage']>[0] | undefined
    await meddle('monitor', ({ stage }) => ({
      async stage(offer) {
        late = structuredClone(offer)
        await stage(offer)
      },
    }))
    await move('weur')
    const second = object('monitor/1/weur')
    expect(await move('enam', second)).toEqual({ to: 'monitor/2/enam' })
    await object('monitor').snapshot()
    const refused = await runInDurableObject(second, (monitor) =>
      Promise.resolve((monitor as unknown as MoveRpc).stage(late!)).catch((error: unknown) => String(error)),
    )
    expect(refused).toContain('in command by a later move')
    expect(await inCommand()).toBe('monitor/2/enam')
  })

  it('of states that never rest does not happen', async () => {
    await prepared()
    let weight = 0
    await meddle('monitor', ({ stage }) => ({
      async stage(offer) {
        await object('monitor').change('app/s2', { weight: ++weight }, 'bob')
        return stage(offer)
      },
    }))
    expect(await move('weur')).toEqual({
      problem: 'states changed, or were being written to KV, each time they were copied; try again',
    })
    expect(await inCommand()).toBe('monitor')
  })

  it('waits for a write of the snapshot that is under way, which else came behind the other’s', async () => {
    await prepared()
    const order: string[] = []
    const { promise: written, resolve: write } = Promise.withResolvers<void>()
    await until(async () => (await SNAPSHOT.get(SNAPSHOT_KEY)) !== null)
    await runInDurableObject(object('monitor'), (monitor) => {
      const { SNAPSHOT: kv } = (monitor as unknown as { env: Required<Env> }).env
      const put = kv.put.bind(kv) as (key: string, text: string) => Promise<void>
      vi.spyOn(kv, 'put').mockImplementation(async (key, text) => {
        const { at = 'monitor' } = JSON.parse(text as string) as Snapshot
        order.push(`begun by ${at}`)
        if (at === 'monitor') await written
        await put(key, text as string)
        order.push(`done by ${at}`)
      })
    })
    await object('monitor').change('app/s2', { weight: 9 }, 'bob')
    await until(async () => {
      await runDurableObjectAlarm(object('monitor'))
      return order.length > 0
    })
    const moving = move('weur')
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(await inCommand()).toBe('monitor')
    write()
    expect(await moving).toEqual({ to: 'monitor/1/weur' })
    await until(async () => (await SNAPSHOT.get<Snapshot>(SNAPSHOT_KEY, 'json'))?.at === 'monitor/1/weur')
    expect(order.slice(0, 2)).toEqual(['begun by monitor', 'done by monitor'])
  })

  it('leaves no message behind that both would send', async () => {
    await prepared()
    const outboxOf = (name: string) =>
      runInDurableObject(object(name), (_, { storage: { sql } }) => sql.exec('SELECT alert FROM outbox').toArray())
    await runInDurableObject(object('monitor'), (_, { storage: { sql } }) => {
      sql.exec("INSERT INTO outbox (recipient, alert, at_ms, tries, due_ms) VALUES (0, '{}', 1, 0, 9e15)")
    })
    await move('weur')
    expect(await outboxOf('monitor')).toEqual([])
    expect(await outboxOf('monitor/1/weur')).toEqual([{ alert: '{}' }])
  })

  it('asks for the place when it makes the object', async () => {
    await prepared()
    const asked = vi.spyOn(MONITOR, 'getByName')
    await move('weur')
    expect(asked.mock.calls[0]).toEqual(['monitor/1/weur', { locationHint: 'weur' }])
  })

  it('is made once, however many ask for it', async () => {
    const first = await prepared()
    const results = await Promise.all([first.move('weur', 'ann'), first.move('enam', 'bob')])
    expect(results.map((result) => ({ ...result }))).toEqual([
      { to: 'monitor/1/weur' },
      { problem: 'another move is under way' },
    ])
    expect(await inCommand()).toBe('monitor/1/weur')
  })
})

describe('a Monitor that crashes', () => {
  const crash = (state: DurableObjectState) => {
    state.abort('crash')
    throw new Error('crash')
  }

  it.each<[string, (rpc: MoveRpc, state: DurableObjectState) => Partial<MoveRpc>, string]>([
    ['before the copy', (_, state) => ({ stage: async () => crash(state) }), 'monitor'],
    [
      'behind the copy, before the switch',
      ({ stage }, state) => ({
        async stage(offer) {
          await stage(offer)
          return crash(state)
        },
      }),
      'monitor',
    ],
    [
      'behind the switch, before anybody was told',
      (_, state) => ({ relay: async () => state.storage.sync().then(() => crash(state)) }),
      'monitor/1/weur',
    ],
    [
      'when the other one has been told',
      ({ relay }, state) => ({
        async relay(...call) {
          await relay(...call)
          return crash(state)
        },
      }),
      'monitor/1/weur',
    ],
  ])('%s loses nothing, and leaves one in command', async (_, change, expected) => {
    const first = await prepared()
    const servers = stable(await first.servers())
    await meddle('monitor', change)
    await first.move('weur', 'ann').catch(() => undefined)
    vi.mocked(MONITOR.getByName).mockRestore()
    const again = object('monitor')
    expect(await inCommand()).toBe(expected)
    expect(stable(await again.servers())).toEqual(servers)
    // As cron calls: whoever is in command checks, the other does not.
    await again.arm()
    expect(await inCommand()).toBe(expected)
    for (const name of ['monitor', 'monitor/1/weur']) {
      const alarm = await alarmOf(name)
      if (name === expected) expect(alarm).not.toBeNull()
      else expect((await runDurableObjectAlarm(object(name))) && (await alarmOf(name)) !== null).toBe(false)
    }
    await again.change('app/s2', { weight: 99 }, 'bob')
    expect(await viewOf(object(expected), 's2')).toMatchObject({ weight: 99, state: 'drain' })
    // Once more, as an operator would.
    expect(await move('enam')).toEqual({ to: `monitor/${expected === 'monitor' ? 1 : 2}/enam` })
    expect(await viewOf(again, 's2')).toMatchObject({ weight: 99, state: 'drain' })
  })
})

describe('moves', () => {
  it('follow one another: whoever asks one that was left is passed on, and the first goes straight', async () => {
    const first = await prepared()
    await move('weur')
    await move('enam')
    await move('apac')
    expect(await inCommand()).toBe('monitor/3/apac')
    for (const name of ['monitor', 'monitor/1/weur', 'monitor/2/enam', 'monitor/3/apac']) {
      expect(await viewOf(object(name), 's2')).toMatchObject({ state: 'drain', weight: 7 })
    }
    expect(await seatOf('monitor')).toMatchObject({ moved_to: 'monitor/3/apac', generation: 3 })
    await object('monitor/1/weur').change('app/s2', { weight: 8 }, 'bob')
    expect(await viewOf(first, 's2')).toMatchObject({ weight: 8 })
    expect((await first.snapshot()).epoch).toBeGreaterThan((await seatOf('monitor')).generation)
  })

  it('lead back into the first object', async () => {
    const first = await prepared()
    await move('weur')
    const moved = (await first.snapshot()) as Snapshot
    await first.change('app/s2', { weight: 8 }, 'bob')
    expect(await move(null)).toEqual({ to: 'monitor' })
    expect(await inCommand()).toBe('monitor')
    const home = (await first.snapshot()) as Snapshot
    expect(home.at).toBeUndefined()
    expect(isNewer(home, moved)).toBe(true)
    expect(await viewOf(object('monitor/1/weur'), 's2')).toMatchObject({ weight: 8, state: 'drain' })
    expect(await alarmOf('monitor')).not.toBeNull()
    await runDurableObjectAlarm(object('monitor/1/weur'))
    expect(await alarmOf('monitor/1/weur')).toBeNull()
    expect(await move(null)).toEqual({ problem: 'the Monitor is in its first object' })
    expect(await move('weur')).toEqual({ to: 'monitor/3/weur' })
    expect(await inCommand()).toBe('monitor/3/weur')
  })

  it('back that crash behind the switch end in the first object, too', async () => {
    await prepared()
    await move('weur')
    await meddle('monitor/1/weur', ({ relay }, state) => ({
      async relay(...call) {
        if (call[1] !== 'arm') return relay(...call)
        await state.storage.sync()
        state.abort('crash')
        throw new Error('crash')
      },
    }))
    await move(null).catch(() => undefined)
    vi.mocked(MONITOR.getByName).mockRestore()
    expect(await viewOf(object('monitor'), 's2')).toMatchObject({ weight: 7, state: 'drain' })
    expect(await inCommand()).toBe('monitor')
  })
})

describe('release 0.1', () => {
  const CONFIG = {
    backends: [{ name: 'app', servers: (['s1', 's2', 's3'] as const).map((name) => ({ name, url: SERVERS[name] })) }],
  }
  const open = (name: string, work: (monitor: MonitorRpc) => Promise<void>) =>
    runInDurableObject(object(name), async (_, state) => {
      const Class = before.createMonitorClass(() => before.configOrThrow(CONFIG, 'either'))
      await work(new Class(state, {} as Env) as unknown as MonitorRpc)
    })

  it('rolled back to behind a move finds the states of the time of the move, and outdoes what isolates hold', async () => {
    const first = await prepared()
    await move('weur')
    await first.change('app/s2', { weight: 9 }, 'bob')
    await move('enam')
    const held = (await first.snapshot()) as Snapshot
    await open('monitor', async (monitor) => {
      expect((await monitor.servers()).find(({ server }) => server === 's2')).toMatchObject({
        state: 'drain',
        weight: 7,
      })
      expect((await monitor.snapshot()).epoch).toBeGreaterThan(held.epoch)
    })
    // The others it cannot start at all: their alarms check nothing and tell nobody.
    for (const name of ['monitor/1/weur', 'monitor/2/enam']) {
      await expect(open(name, async () => undefined)).rejects.toThrow('a later release has moved the Monitor here')
    }
    await open('monitor', async (monitor) => void (await monitor.change('app/s2', { weight: 5 }, 'bob')))
    await evictDurableObject(first)
    expect(await viewOf(first, 's2')).toMatchObject({ weight: 9 })
  })

  it('finds everything when the Monitor has come home before', async () => {
    const first = await prepared()
    await move('weur')
    await first.change('app/s2', { weight: 9 }, 'bob')
    await move(null)
    const held = (await first.snapshot()) as Snapshot
    await open('monitor', async (monitor) => {
      expect((await monitor.servers()).find(({ server }) => server === 's2')).toMatchObject({
        state: 'drain',
        weight: 9,
      })
      const snapshot = await monitor.snapshot()
      expect([snapshot.epoch, snapshot.n > held.n]).toEqual([held.epoch, true])
    })
  })
})

describe('an isolate', () => {
  const source = { refreshMs: 10_000, near: null }
  const load = (held: { asOfMs: number; at?: string }, asked: string[], own = MONITOR) => {
    const namespace = {
      idFromName: (name: string) => own.idFromName(name),
      getByName: (name: string) => {
        asked.push(name)
        return own.getByName(name)
      },
    }
    const isolate = { ...env, MONITOR: namespace, SNAPSHOT: undefined } as unknown as Env
    vi.spyOn(caches.default, 'match').mockResolvedValue(undefined)
    return loadSnapshot(isolate, source, 'https://app.example/', held)
  }

  it('asks the first object once, then the one in command; and one that was left leads on', async () => {
    await prepared()
    await move('weur')
    const asked: string[] = []
    const { snapshot } = await load({ asOfMs: 0 }, asked)
    expect(snapshot.at).toBe('monitor/1/weur')
    await load({ asOfMs: 0, at: snapshot.at! }, asked)
    expect(asked.filter((name) => name !== 'monitor')).toEqual(['monitor/1/weur'])
    await move('enam')
    expect((await load({ asOfMs: 0, at: 'monitor/1/weur' }, [])).snapshot.at).toBe('monitor/2/enam')
  })

  it('goes by the first object when the one that it knows cannot be reached', async () => {
    await prepared()
    const own = {
      idFromName: (name: string) => MONITOR.idFromName(name),
      getByName: (name: string) =>
        name === 'monitor' ? object(name) : { snapshot: async () => Promise.reject(new Error('unreachable')) },
    } as unknown as typeof MONITOR
    expect((await load({ asOfMs: 0, at: 'monitor/9/weur' }, [], own)).snapshot.servers['app/s2']).toMatchObject({
      admin: 'drain',
    })
  })
})

it('whoever comes first to a new deployment asks for the place that is configured', async () => {
  const hints: unknown[] = []
  const answering = {
    snapshot: async () => ({ epoch: 1, n: 1, servers: {} }),
    arm: async () => undefined,
    servers: async () => [],
  }
  const namespace = {
    idFromName: () => 'monitor',
    getByName: (name: string, options: unknown) => {
      hints.push([name, options])
      return answering
    },
  }
  const own = {
    ...env,
    SNAPSHOT: undefined,
    LIMPET_ADMIN_TOKEN: 'a-token-for-tests',
    MONITOR: namespace,
  } as unknown as Env
  const backends = [{ name: 'app', check: true, servers: [{ name: 's1', url: SERVERS.s1 }] }]
  const limpet = createLimpet({ log: 'off', counters: false, monitor: { near: 'weur' }, backends })
  vi.spyOn(caches.default, 'match').mockResolvedValue(undefined)
  const headers = { authorization: 'Bearer a-token-for-tests' }
  const ctx = createExecutionContext()
  await limpet.worker.scheduled!({} as ScheduledController, own, ctx)
  for (const path of ['/', '/.limpet/servers']) {
    const request = new Request(`https://near.example${path}`, { headers })
    await limpet.worker.fetch!(request as Request<unknown, IncomingRequestCfProperties>, own, ctx)
  }
  await waitOnExecutionContext(ctx)
  expect(hints.length).toBeGreaterThanOrEqual(3)
  for (const hint of hints) expect(hint).toEqual(['monitor', { locationHint: 'weur' }])
})

describe('where the Monitor lives', () => {
  it('is said by what was asked for, since when, and by its own requests', async () => {
    await prepared()
    fetched.mockImplementation(async (input) =>
      String(input).includes('/cdn-cgi/trace') ? new Response('fl=1\ncolo=AMS\nloc=NL\n') : new Response(null),
    )
    const startedMs = Date.now()
    await move('weur')
    const place = await object('monitor').place()
    expect({ ...place }).toEqual({ name: 'monitor/1/weur', near: 'weur', bornMs: expect.any(Number), colo: 'AMS' })
    expect(place.bornMs).toBeGreaterThanOrEqual(startedMs - 1_000)
    fetched.mockRejectedValue(new Error('no way'))
    expect((await object('monitor').place()).colo).toBeNull()
  })
})
