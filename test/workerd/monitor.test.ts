// The Monitor as a Durable Object: alarms, eviction, storage, sequence numbers. Only the runtime can say.

import { evictDurableObject, reset, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'

import { SNAPSHOT_KEY } from '../../src/cloudflare/env.ts'
import type { Env } from '../../src/cloudflare/env.ts'
import { askedServer } from './servers.ts'
import type { ServerName } from './servers.ts'

const { MONITOR, SNAPSHOT, CALM, MAILING } = env as unknown as Required<Env> &
  Record<'CALM' | 'MAILING', NonNullable<Env['MONITOR']>>

/** The Monitor of an earlier test would go on checking and call the next test's mocks. */
afterEach(() => reset())

type Stub = ReturnType<typeof MONITOR.getByName>

/** What each server answers to a check; a string throws. */
function serversAnswer(answers: Partial<Record<ServerName, number | string>>) {
  return vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const answer = answers[askedServer(input)!]
    if (typeof answer !== 'number') throw new Error(answer ?? 'no such server')
    return new Response(null, { status: answer })
  })
}

let names = 0
const fresh = (namespace: NonNullable<Env['MONITOR']>): Stub => namespace.getByName(`monitor-${names++}`)
const freshMonitor = () => fresh(MONITOR)

const stateOf = async (stub: Stub, server: string) => {
  const servers = await stub.servers()
  return servers.find((one) => one.server === server)!
}

const until = (condition: () => boolean | Promise<boolean>) =>
  vi.waitUntil(condition, { timeout: 60_000, interval: 20 })

/** Runs alarms until the condition holds: the checks themselves outlive the alarm that starts them. */
const runAlarmsUntil = (stub: Stub, condition: () => boolean | Promise<boolean>) =>
  until(async () => {
    await runDurableObjectAlarm(stub)
    return condition()
  })

describe('the Monitor', () => {
  it('begins with everybody up and an alarm set by the first who asks', async () => {
    serversAnswer({ s1: 200, s2: 200 })
    const stub = freshMonitor()
    const snapshot = await stub.snapshot()
    expect(snapshot.servers['app/s1']).toEqual({ admin: 'ready', health: 'up', weight: 1 })
    expect(snapshot.servers['app/s3']).toMatchObject({ admin: 'maint' })
    expect(snapshot.monitor).toBe(MONITOR.idFromName(stub.name!).toString())
    await runInDurableObject(stub, async (_, state) => {
      expect(await state.storage.getAlarm()).not.toBeNull()
    })
  })

  it('takes a failing server down, publishes it with a higher number, and brings it back after rise checks', async () => {
    const answers: Partial<Record<ServerName, number | string>> = { s1: 500, s2: 200 }
    serversAnswer(answers)
    const stub = freshMonitor()
    const before = await stub.snapshot()
    await runAlarmsUntil(stub, async () => (await stateOf(stub, 's1')).health === 'down')
    const down = await stub.snapshot()
    expect(down.epoch).toBe(before.epoch)
    expect(down.n).toBeGreaterThan(before.n)
    expect(down.servers['app/s1']!.health).toBe('down')
    expect((await stateOf(stub, 's1')).lastCheck).toMatchObject({ code: 'L7STS', status: 500 })
    await until(async () => (await SNAPSHOT.get<{ n: number }>(SNAPSHOT_KEY, 'json'))?.n === down.n)
    answers.s1 = 200
    await runAlarmsUntil(stub, async () => (await stateOf(stub, 's1')).status === 'UP')
  })

  it('survives a check that throws, and counts it as failed', async () => {
    serversAnswer({ s1: 'Network connection lost.', s2: 200 })
    const stub = freshMonitor()
    await stub.snapshot()
    await runAlarmsUntil(stub, async () => (await stateOf(stub, 's1')).health === 'down')
    expect((await stateOf(stub, 's1')).lastCheck).toMatchObject({ code: 'L4CON' })
    await runInDurableObject(stub, async (_, state) => {
      expect(await state.storage.getAlarm()).not.toBeNull()
    })
  })

  it('never checks a server in maint, and checks it at once when it is ready again', async () => {
    const fetched = serversAnswer({ s1: 200, s2: 200, s3: 200 })
    const stub = freshMonitor()
    await stub.snapshot()
    await runAlarmsUntil(stub, async () => (await stateOf(stub, 's2')).lastCheck !== null)
    expect(fetched.mock.calls.map(([input]) => askedServer(input))).not.toContain('s3')
    await stub.change('app/s3', { state: 'ready' }, 'test')
    await runAlarmsUntil(stub, async () => (await stateOf(stub, 's3')).lastCheck !== null)
  })

  it('goes on from where it was after eviction: states, overrides, sequence', async () => {
    serversAnswer({ s1: 500, s2: 200 })
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
    const fetched = serversAnswer({ s1: 200, s2: 200 })
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
      const seen = fetched.mock.calls.length
      await runAlarmsUntil(stub, () => fetched.mock.calls.length > seen)
    }
  })

  it('is not put off by an alarm that is later than what is due', async () => {
    serversAnswer({ s1: 200, s2: 200 })
    const stub = freshMonitor()
    await stub.snapshot()
    await runInDurableObject(stub, (_, state) => state.storage.setAlarm(Date.now() + 60_000))
    // First checks are due within a second, and were forgotten a second later.
    const laterMs = Date.now() + 2_200
    vi.spyOn(Date, 'now').mockImplementation(() => laterMs)
    await stub.arm()
    await runInDurableObject(stub, async (_, state) => {
      expect(await state.storage.getAlarm()).toBeLessThan(laterMs + 5_000)
    })
  })

  it('asks a server once although its alarm comes twice', async () => {
    let underWay = 0
    let most = 0
    const { promise: hangs, resolve: answer } = Promise.withResolvers<void>()
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
      const isFirst = askedServer(input) === 'calm1'
      if (isFirst) most = Math.max(most, ++underWay)
      await hangs
      if (isFirst) underWay -= 1
      return new Response(null, { status: 200 })
    })
    const stub = fresh(CALM)
    await stub.servers()
    await until(async () => {
      await runInDurableObject(stub, async (monitor) => {
        const { alarm } = monitor as unknown as { alarm(): Promise<void> }
        await Promise.all([alarm.call(monitor), alarm.call(monitor)])
      })
      return most > 0
    })
    answer()
    expect(most).toBe(1)
  })

  it('evicted in the middle of a check, it asks again and loses nothing', async () => {
    const answers: Partial<Record<ServerName, number | string>> = { s1: 500, s2: 200 }
    serversAnswer(answers)
    const name = `monitor-${names++}`
    const first = MONITOR.getByName(name)
    await first.snapshot()
    await runAlarmsUntil(first, async () => (await stateOf(first, 's1')).status === 'DOWN')
    vi.restoreAllMocks()
    const hanging = vi.spyOn(globalThis, 'fetch').mockImplementation(() => new Promise(() => undefined))
    await runAlarmsUntil(first, () => hanging.mock.calls.length > 0)
    await runInDurableObject(first, (_, state) => state.abort('moved')).catch(() => undefined)
    const stub = MONITOR.getByName(name)
    expect(await stateOf(stub, 's1')).toMatchObject({ health: 'down', status: 'DOWN' })
    vi.restoreAllMocks()
    serversAnswer({ s1: 200, s2: 200 })
    await stub.arm()
    await runAlarmsUntil(stub, async () => (await stateOf(stub, 's1')).status === 'UP')
  })

  it('whose checks are all due once a minute or less often sets no alarm: cron starts them', async () => {
    const fetched = serversAnswer({ calm1: 200, calm2: 500 })
    const stub = fresh(CALM)
    // But for the second after which KV takes the next write.
    const hasNoAlarm = () =>
      until(() => runInDurableObject(stub, async (_, state) => (await state.storage.getAlarm()) === null))
    await stub.arm()
    await until(async () => (await stub.servers()).every(({ lastCheck }) => lastCheck !== null))
    await hasNoAlarm()
    const checks = fetched.mock.calls.length
    // The next minute is none of theirs, not even for an object that was evicted meanwhile.
    await evictDurableObject(stub)
    await stub.arm()
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(fetched.mock.calls).toHaveLength(checks)
    await runInDurableObject(stub, (_, state) => {
      for (const { key, record } of state.storage.sql.exec<{ key: string; record: string }>('SELECT * FROM servers')) {
        const earlier = { ...JSON.parse(record), checkedMs: Date.now() - 100_000 }
        state.storage.sql.exec('UPDATE servers SET record = ? WHERE key = ?', JSON.stringify(earlier), key)
      }
    })
    await evictDurableObject(stub)
    await stub.arm()
    await until(async () => (await stateOf(stub, 's2')).health === 'down')
    await hasNoAlarm()
  })

  it('knows no server that is not configured', async () => {
    const stub = freshMonitor()
    expect(await stub.change('app/none', { state: 'maint' }, 'test')).toBeUndefined()
  })

  it('does not write storage for a steady server', async () => {
    const fetched = serversAnswer({ s1: 200, s2: 200 })
    const stub = freshMonitor()
    await stub.snapshot()
    await runAlarmsUntil(
      stub,
      async () => (await stateOf(stub, 's2')).status === 'UP' && (await stateOf(stub, 's1')).status === 'UP',
    )
    const rows = async () =>
      runInDurableObject(stub, (_, state) => JSON.stringify(state.storage.sql.exec('SELECT * FROM servers').toArray()))
    const before = await rows()
    const seen = fetched.mock.calls.length
    await runAlarmsUntil(stub, () => fetched.mock.calls.length > seen + 2)
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
    await runAlarmsUntil(stub, () => mails.length > 0)
    expect(mails).toEqual([
      {
        from: 'limpet@example.com',
        to: ['ops@example.com'],
        subject: '[Limpet] Server app/s1 is going DOWN for maintenance. 0 active and 0 backup servers left',
        text: expect.stringMatching(
          /^Server app\/s1 is going DOWN for maintenance\. 0 active and 0 backup servers left\.\nLimpet [\d.]+, configuration [0-9a-f]+\n$/,
        ),
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
    await runAlarmsUntil(stub, () => mails.length > 1)
    expect(mails[1]!.text?.split('\n')).toEqual([
      expect.stringMatching(/^Summary of the day until \d{4}-\d\d-\d\d \d\d:\d\d UTC$/),
      'backend app: 0 of 1 servers take new clients',
      '  s1: MAINT, 1 changes, 0 to DOWN',
      expect.stringMatching(/^Limpet [\d.]+, configuration [0-9a-f]+$/),
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
    await new Promise((resolve) => setTimeout(resolve, 30))
    await evictDurableObject(stub)
    expect(await stub.backends()).toEqual([down])
    await stub.change('app/s1', { state: 'ready' }, 'ann')
    const [up] = await stub.backends()
    expect(up).toMatchObject({ isDown: false, downs: 1 })
    expect(up!.downtimeMs).toBeGreaterThanOrEqual(20)
    expect(up!.lastChangeMs).toBe(down!.lastChangeMs + up!.downtimeMs)
  })
})
