// The Monitor as a Durable Object: alarms, eviction, storage, sequence numbers. Only the runtime can say.

import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'

import { SNAPSHOT_KEY } from '../../src/cloudflare/env.ts'
import type { Env } from '../../src/cloudflare/env.ts'

const { MONITOR, SNAPSHOT, CALM, MAILING } = env as unknown as Required<Env> &
  Record<'CALM' | 'MAILING', Env['MONITOR']>

afterEach(() => vi.restoreAllMocks())

/** Nobody checks anything any more: what goes on behind the last test keeps the next file from beginning. */
afterAll(async () => {
  for (const stub of made) {
    for (const { backend, server } of await stub.servers()) {
      await stub.change(`${backend}/${server}`, { state: 'maint' }, 'the suite')
    }
    await runInDurableObject(stub, (_, { storage }) => storage.deleteAlarm())
  }
})

/** What each origin answers to a check; a string throws. Sockets cannot open to these names, so fetch decides. */
function originsAnswer(answers: Record<string, number | string>) {
  return vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const { hostname } = new URL(typeof input === 'string' ? input : input instanceof URL ? input.href : input.url)
    const answer = answers[hostname.split('.')[0]!]
    if (typeof answer !== 'number') throw new Error(answer ?? 'no such origin')
    return new Response(null, { status: answer })
  })
}

let names = 0
const made: Stub[] = []
type Stub = ReturnType<typeof MONITOR.getByName>

function fresh(namespace: Env['MONITOR']): Stub {
  const stub = namespace.getByName(`monitor-${names++}`)
  made.push(stub)
  return stub
}

const freshMonitor = () => fresh(MONITOR)

const stateOf = async (stub: Stub, server: string) => {
  const servers = await stub.servers()
  return servers.find((one) => one.server === server)!
}

/** Runs alarms until the condition holds: the checks themselves outlive the alarm that starts them. */
async function runAlarmsUntil(stub: Stub, condition: () => Promise<boolean>): Promise<void> {
  await vi.waitUntil(
    async () => {
      await runDurableObjectAlarm(stub)
      return condition()
    },
    { timeout: 20_000, interval: 50 },
  )
}

describe('the Monitor', () => {
  it('begins with everybody up and an alarm set by the first who asks', async () => {
    originsAnswer({ s1: 200, s2: 200 })
    const stub = freshMonitor()
    const snapshot = await stub.snapshot()
    expect(snapshot.servers['app/s1']).toEqual({ admin: 'ready', health: 'up', weight: 1 })
    expect(snapshot.servers['app/s3']).toMatchObject({ admin: 'maint' })
    await runInDurableObject(stub, async (_, state) => {
      expect(await state.storage.getAlarm()).not.toBeNull()
    })
  })

  it('takes a failing server down, publishes it with a higher number, and brings it back after rise checks', async () => {
    const answers: Record<string, number | string> = { s1: 500, s2: 200 }
    originsAnswer(answers)
    const stub = freshMonitor()
    const before = await stub.snapshot()
    await runAlarmsUntil(stub, async () => (await stateOf(stub, 's1')).health === 'down')
    const down = await stub.snapshot()
    expect(down.epoch).toBe(before.epoch)
    expect(down.n).toBeGreaterThan(before.n)
    expect(down.servers['app/s1']!.health).toBe('down')
    expect((await stateOf(stub, 's1')).lastCheck).toMatchObject({ code: 'L7STS', status: 500 })
    await vi.waitUntil(async () => (await SNAPSHOT.get<{ n: number }>(SNAPSHOT_KEY, 'json'))?.n === down.n)
    answers['s1'] = 200
    await runAlarmsUntil(stub, async () => (await stateOf(stub, 's1')).status === 'UP')
  })

  it('survives a check that throws, and counts it as failed', async () => {
    originsAnswer({ s1: 'Network connection lost.', s2: 200 })
    const stub = freshMonitor()
    await stub.snapshot()
    await runAlarmsUntil(stub, async () => (await stateOf(stub, 's1')).health === 'down')
    expect((await stateOf(stub, 's1')).lastCheck).toMatchObject({ code: 'L4CON' })
    await runInDurableObject(stub, async (_, state) => {
      expect(await state.storage.getAlarm()).not.toBeNull()
    })
  })

  it('never checks a server in maint, and checks it at once when it is ready again', async () => {
    const fetched = originsAnswer({ s1: 200, s2: 200, s3: 200 })
    const stub = freshMonitor()
    await stub.snapshot()
    await runAlarmsUntil(stub, async () => (await stateOf(stub, 's1')).status === 'UP')
    expect(fetched.mock.calls.map(([input]) => String(input)).join()).not.toContain('s3')
    await stub.change('app/s3', { state: 'ready' }, 'test')
    await runAlarmsUntil(stub, async () => (await stateOf(stub, 's3')).lastCheck !== null)
  })

  it('goes on from where it was after eviction: states, overrides, sequence', async () => {
    originsAnswer({ s1: 500, s2: 200 })
    const stub = freshMonitor()
    await stub.snapshot()
    await runAlarmsUntil(stub, async () => (await stateOf(stub, 's1')).status === 'DOWN')
    await stub.change('app/s2', { state: 'drain', weight: 7 }, 'test')
    const before = await stub.snapshot()
    await evictDurableObject(stub)
    const after = await stub.snapshot()
    expect(after.servers).toEqual(before.servers)
    expect(after.epoch).toBe(before.epoch)
    expect(after.n).toBeGreaterThan(before.n)
    expect(await stateOf(stub, 's2')).toMatchObject({
      state: 'drain',
      configuredState: 'ready',
      weight: 7,
      configuredWeight: 1,
    })
    await runInDurableObject(stub, async (_, state) => {
      expect(await state.storage.getAlarm()).not.toBeNull()
    })
  })

  it('sets an alarm that was lost, and one that is a minute late, again', async () => {
    originsAnswer({ s1: 200, s2: 200 })
    const stub = freshMonitor()
    await stub.snapshot()
    for (const spoil of [
      (state: DurableObjectState) => state.storage.deleteAlarm(),
      (state: DurableObjectState) => state.storage.setAlarm(Date.now() - 61_000),
    ]) {
      await runInDurableObject(stub, (_, state) => spoil(state))
      await stub.arm()
      await runInDurableObject(stub, async (_, state) => {
        expect(await state.storage.getAlarm()).toBeGreaterThan(Date.now() - 5_000)
      })
      const seen = (globalThis.fetch as unknown as { mock: { calls: unknown[] } }).mock.calls.length
      await runAlarmsUntil(
        stub,
        async () => (globalThis.fetch as unknown as { mock: { calls: unknown[] } }).mock.calls.length > seen,
      )
    }
  })

  it('is not put off by an alarm that is later than what is due', async () => {
    originsAnswer({ s1: 200, s2: 200 })
    const stub = freshMonitor()
    await stub.snapshot()
    await runInDurableObject(stub, (_, state) => state.storage.setAlarm(Date.now() + 60_000))
    // First checks are due within a second, and were forgotten a second later.
    await new Promise((resolve) => setTimeout(resolve, 2_200))
    await stub.arm()
    await runInDurableObject(stub, async (_, state) => {
      expect(await state.storage.getAlarm()).toBeLessThan(Date.now() + 5_000)
    })
  })

  it('asks a server once although its alarm comes twice', async () => {
    let underWay = 0
    let most = 0
    const { promise: hangs, resolve: answer } = Promise.withResolvers<void>()
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
      const isFirst = String(input).includes('calm1.')
      if (isFirst) most = Math.max(most, ++underWay)
      await hangs
      if (isFirst) underWay -= 1
      return new Response(null, { status: 200 })
    })
    // Nobody else asks this one's servers.
    const stub = fresh(CALM)
    await stub.servers()
    await vi.waitUntil(
      async () => {
        await runInDurableObject(stub, async (monitor) => {
          const { alarm } = monitor as unknown as { alarm(): Promise<void> }
          await Promise.all([alarm.call(monitor), alarm.call(monitor)])
        })
        return most > 0
      },
      { timeout: 5_000, interval: 50 },
    )
    answer()
    expect(most).toBe(1)
  })

  it('evicted in the middle of a check, it asks again and loses nothing', async () => {
    const answers: Record<string, number | string> = { s1: 500, s2: 200 }
    originsAnswer(answers)
    const name = `monitor-${names++}`
    const first = MONITOR.getByName(name)
    await first.snapshot()
    await runAlarmsUntil(first, async () => (await stateOf(first, 's1')).status === 'DOWN')
    vi.restoreAllMocks()
    const hanging = vi.spyOn(globalThis, 'fetch').mockImplementation(() => new Promise(() => undefined))
    await vi.waitUntil(
      async () => {
        await runDurableObjectAlarm(first)
        return hanging.mock.calls.length > 0
      },
      { timeout: 5_000, interval: 50 },
    )
    await runInDurableObject(first, (_, state) => state.abort('moved')).catch(() => undefined)
    const stub = MONITOR.getByName(name)
    expect(await stateOf(stub, 's1')).toMatchObject({ health: 'down', status: 'DOWN' })
    vi.restoreAllMocks()
    originsAnswer({ s1: 200, s2: 200 })
    await stub.arm()
    await runAlarmsUntil(stub, async () => (await stateOf(stub, 's1')).status === 'UP')
  })

  it('whose checks are all due once a minute or less often sets no alarm: cron starts them', async () => {
    const fetched = originsAnswer({ calm1: 200, calm2: 500, s1: 200, s2: 200 })
    // Other objects ask servers of their own.
    const asked = () => fetched.mock.calls.filter(([input]) => String(input).includes('calm')).length
    const stub = fresh(CALM)
    const hasNoAlarm = () =>
      runInDurableObject(stub, async (_, state) => expect(await state.storage.getAlarm()).toBeNull())
    await stub.arm()
    await vi.waitUntil(async () => (await stateOf(stub, 's2')).lastCheck !== null, { timeout: 5_000, interval: 50 })
    await hasNoAlarm()
    const checks = asked()
    // The next minute is none of theirs, not even for an object that was evicted meanwhile.
    await evictDurableObject(stub)
    await stub.arm()
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(asked()).toBe(checks)
    await runInDurableObject(stub, (_, state) => {
      for (const { key, record } of state.storage.sql.exec<{ key: string; record: string }>('SELECT * FROM servers')) {
        const earlier = { ...JSON.parse(record), checkedMs: Date.now() - 100_000 }
        state.storage.sql.exec('UPDATE servers SET record = ? WHERE key = ?', JSON.stringify(earlier), key)
      }
    })
    await evictDurableObject(stub)
    await stub.arm()
    await vi.waitUntil(async () => (await stateOf(stub, 's2')).health === 'down', { timeout: 5_000, interval: 50 })
    await hasNoAlarm()
  })

  it('knows no server that is not configured', async () => {
    const stub = freshMonitor()
    expect(await stub.change('app/none', { state: 'maint' }, 'test')).toBeUndefined()
  })

  it('does not write storage for a steady server', async () => {
    originsAnswer({ s1: 200, s2: 200 })
    const stub = freshMonitor()
    await stub.snapshot()
    await runAlarmsUntil(
      stub,
      async () => (await stateOf(stub, 's2')).status === 'UP' && (await stateOf(stub, 's1')).status === 'UP',
    )
    const rows = async () =>
      runInDurableObject(stub, (_, state) => JSON.stringify(state.storage.sql.exec('SELECT * FROM servers').toArray()))
    const before = await rows()
    const checks = (globalThis.fetch as unknown as { mock: { calls: unknown[] } }).mock.calls
    const seen = checks.length
    await runAlarmsUntil(stub, async () => checks.length > seen + 2)
    expect(await rows()).toBe(before)
  })

  it('mails by the deployment’s binding, and sums up a day once when it is over', async () => {
    const mails: EmailMessageBuilder[] = []
    const stub = fresh(MAILING)
    await runInDurableObject(stub, (monitor) => {
      const { EMAIL } = (monitor as unknown as { env: Required<Env> }).env
      vi.spyOn(EMAIL, 'send').mockImplementation(async (mail) => {
        mails.push(mail as EmailMessageBuilder)
        return { messageId: '1' }
      })
    })
    await stub.change('app/s1', { state: 'maint' }, 'ann')
    await runAlarmsUntil(stub, async () => mails.length > 0)
    expect(mails).toEqual([
      {
        from: 'limpet@example.com',
        to: ['ops@example.com'],
        subject: '[Limpet] Server app/s1 is going DOWN for maintenance. 0 active and 0 backup servers left',
        text: 'Server app/s1 is going DOWN for maintenance. 0 active and 0 backup servers left.\n',
      },
    ])
    // On its first day there is nothing to tell yet.
    await stub.arm()
    await runInDurableObject(stub, (_, { storage: { sql } }) => {
      expect(sql.exec('SELECT * FROM outbox').toArray()).toEqual([])
      sql.exec('UPDATE summaries SET sent_ms = sent_ms - 86400000')
    })
    await stub.arm()
    await stub.arm()
    await runAlarmsUntil(stub, async () => mails.length > 1)
    expect(mails[1]!.text?.split('\n')).toEqual([
      expect.stringMatching(/^Summary of the day until \d{4}-\d\d-\d\d \d\d:\d\d UTC$/),
      'backend app: 0 of 1 servers take new clients',
      '  s1: MAINT, 1 changes, 0 to DOWN',
      '',
    ])
    await stub.arm()
    await runDurableObjectAlarm(stub)
    expect(mails).toHaveLength(2)
  })

  it('counts how often and how long a backend had no server, through eviction', async () => {
    const stub = fresh(MAILING)
    expect(await stub.backends()).toMatchObject([{ backend: 'app', isDown: false, downs: 0, downtimeMs: 0 }])
    await stub.change('app/s1', { state: 'drain' }, 'ann')
    const [down] = await stub.backends()
    expect(down).toMatchObject({ isDown: true, downs: 1 })
    await new Promise((resolve) => setTimeout(resolve, 20))
    await evictDurableObject(stub)
    expect(await stub.backends()).toEqual([down])
    await stub.change('app/s1', { state: 'ready' }, 'ann')
    const [up] = await stub.backends()
    expect(up).toMatchObject({ isDown: false, downs: 1 })
    expect(up!.downtimeMs).toBeGreaterThanOrEqual(20)
    expect(up!.lastChangeMs).toBe(down!.lastChangeMs + up!.downtimeMs)
  })
})
