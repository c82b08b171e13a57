// Whether a server is up, asked from Cloudflare: by fetch, on alarms that come when they like, or on cron alone.

import { readFileSync } from 'node:fs'

import { describe, expect, it } from 'vitest'

import type { LimpetConfig } from '../../src/config/options/root.ts'
import { until } from '../e2e/harness.ts'
import { answerAsCloudflare, STATUSES } from './cloudflare-errors.ts'
import type { Origin } from './internet.ts'
import { named } from './internet.ts'
import { startWorld } from './world.ts'
import type { Deployment } from './world.ts'

type Check = Exclude<NonNullable<LimpetConfig['backends'][number]['check']>, boolean>

const serversNamed = (names: readonly string[]) => names.map((name) => ({ name, url: `https://${name}.example.com` }))
const configOf = (check: Check, names: readonly string[] = ['s1', 's2']): LimpetConfig => ({
  counters: false,
  spreadChecks: 0,
  backends: [{ name: 'app', check: { uri: '/health', ...check }, servers: serversNamed(names) }],
})
const healthOf = async (deployment: Deployment, name = 's1') =>
  (await deployment.servers()).find(({ server }) => server === name)!.health
const lastCheckOf = async (deployment: Deployment) => (await deployment.servers())[0]!.lastCheck

describe('a check', () => {
  // https://developers.cloudflare.com/workers/runtime-apis/tcp-sockets/: sockets come from addresses that are not among
  // Cloudflare's published ones. Here no socket reaches a server at all.
  it.each([
    ['goes by fetch, which firewalls let in', {}, 'up'],
    ["goes by socket where it is asked to, and finds what a socket finds: by: 'socket'", { by: 'socket' }, 'down'],
  ] as const)('%s', async (_, by, health) => {
    const { internet, deployment } = await startWorld({ config: configOf({ inter: '200ms', fall: 1, ...by }) })
    internet.serve('s1.example.com', named('s1'))
    await until(async () => (await lastCheckOf(deployment)) !== null)
    await until(async () => (await healthOf(deployment)) === health)
    expect(internet.received.some(({ host }) => host === 's1.example.com')).toBe(health === 'up')
  })

  it('calls an answer of Cloudflare by what it stands for', async () => {
    const names = STATUSES.map((status) => `s${status}`)
    const { internet, deployment } = await startWorld({ config: configOf({ inter: '200ms', fall: 1 }, names) })
    for (const status of STATUSES) {
      internet.serve(`s${status}.example.com`, (_, response) => answerAsCloudflare(response, status, 'JSON'))
    }
    await until(async () => (await deployment.servers()).every(({ lastCheck }) => lastCheck !== null))
    const codes = (await deployment.servers()).map(({ lastCheck }) => lastCheck!.code)
    expect(codes).toEqual(['L7RSP', 'L4CON', 'L4TOUT', 'L4CON', 'L7TOUT', 'L6RSP', 'L6RSP', 'L4CON'])
  })
})

describe("the Monitor's alarm", () => {
  const asks = (received: readonly { readonly host: string }[]) =>
    ['s1', 's2'].map((name) => received.filter(({ host }) => host === `${name}.example.com`).length)
  const start = async () => {
    const world = await startWorld({ config: configOf({ inter: '5s', fall: 2 }), holdsAlarms: true })
    for (const name of ['s1', 's2']) world.internet.serve(`${name}.example.com`, named(name))
    await world.deployment.cron()
    await until(async () => (await world.deployment.sightings()).alarmMs !== null)
    await world.pass(1_000)
    await world.deployment.ring()
    await until(() => asks(world.internet.received).join() === '1,1')
    // Their next ones are due from when they have ended.
    await until(async () => (await world.deployment.servers()).every(({ lastCheck }) => lastCheck !== null))
    world.internet.forget()
    return world
  }
  const settle = async (deployment: Deployment) => {
    for (let i = 0; i < 3; i++) await deployment.sightings()
  }

  it('that rings a minute late asks each server once, not once for each check missed', async () => {
    const { internet, deployment, pass } = await start()
    await pass(65_000)
    await deployment.ring()
    await until(() => asks(internet.received).join() === '1,1')
    await settle(deployment)
    expect(asks(internet.received)).toEqual([1, 1])
  })

  it('that rings twice asks each server once', async () => {
    const { internet, deployment, pass } = await start()
    await pass(5_000)
    await deployment.ring(2)
    await until(() => asks(internet.received).join() === '1,1')
    await deployment.ring()
    await settle(deployment)
    expect(asks(internet.received)).toEqual([1, 1])
  })

  it('that is lost is set again by cron', async () => {
    const { internet, deployment, pass } = await start()
    await deployment.forgetAlarm()
    expect((await deployment.sightings()).alarmMs).toBeNull()
    await pass(60_000)
    await deployment.cron()
    expect((await deployment.sightings()).alarmMs).not.toBeNull()
    await deployment.ring()
    await until(() => asks(internet.received).join() === '1,1')
  })

  it('that is lost is set again by a request for states, too', async () => {
    const { deployment, pass } = await start()
    await deployment.forgetAlarm()
    await pass(20_000)
    await deployment.ask()
    await until(async () => (await deployment.sightings()).alarmMs !== null)
  })
})

/** That of docs/free-plan.md. */
async function documentedConfig(): Promise<LimpetConfig> {
  const document = readFileSync(new URL('../../docs/free-plan.md', import.meta.url), 'utf8')
  const [, source] = /```ts\n([^`]*)```/.exec(document)!
  const module = (await import(`data:text/javascript,${encodeURIComponent(source!)}`)) as { default: LimpetConfig }
  return module.default
}

describe('checks by the cron trigger alone: every interval a minute or more', () => {
  it('find a dead server down after `fall` calls and a returned one up after `rise`, and set no alarm', async () => {
    const { internet, deployment, pass } = await startWorld({
      // Logs are not what it is about.
      config: { ...(await documentedConfig()), log: 'off' },
      holdsAlarms: true,
    })
    const isAlive = { s1: true }
    const dying: Origin = (request, response) =>
      isAlive.s1 ? named('s1')(request, response) : answerAsCloudflare(response, 521)
    internet.serve('s1.example.com', dying)
    internet.serve('s2.example.com', named('s2'))
    /** Calls it as each minute does, and waits for what comes of it. */
    const minute = async (status: string) => {
      internet.forget()
      await deployment.cron()
      await until(async () => (await deployment.servers())[0]!.status === status)
      expect(internet.received.map(({ host }) => host).toSorted()).toEqual(['s1.example.com', 's2.example.com'])
      // By then the isolate asks for the states again.
      await pass(20_000)
      await until(async () => ((await deployment.ask()).body === 's1') === (status === 'UP'))
      await pass(40_000)
    }
    await minute('UP')
    isAlive.s1 = false
    for (const status of ['UP 2/3', 'UP 1/3', 'DOWN']) await minute(status)
    isAlive.s1 = true
    for (const status of ['DOWN 1/2', 'UP']) await minute(status)
    expect(await deployment.sightings()).toMatchObject({ alarmMs: null, alarmsSet: 0 })
  })
})

describe('the free plan, with its 50 requests for each invocation', () => {
  const names = Array.from({ length: 120 }, (_, i) => `s${i}`)
  const start = async (inter: '5s' | '1m') => {
    const world = await startWorld({ config: configOf({ inter, fall: 1 }, names), holdsAlarms: true })
    for (const name of names) world.internet.serve(`${name}.example.com`, named(name))
    await world.set({ subrequests: 50 })
    return world
  }
  const checked = async (deployment: Deployment) =>
    (await deployment.servers()).filter(({ lastCheck }) => lastCheck !== null).length

  it.each(['5s', '1m'] as const)('has 120 servers checked every %s, in rounds that it allows', async (inter) => {
    const { deployment, pass } = await start(inter)
    await deployment.cron()
    await pass(1_000)
    // An alarm that is due rings at once.
    for (let invocations = 0; (await checked(deployment)) < names.length; invocations++) {
      expect(invocations).toBeLessThan(50)
      await deployment.ring()
      await until(async () => {
        const before = await checked(deployment)
        await new Promise((resolve) => setTimeout(resolve, 30))
        return (await checked(deployment)) === before
      })
    }
    const { mostSubrequests, refusedSubrequests, alarmsSet } = await deployment.sightings()
    // One for each invocation; on a busy machine this test rings some early.
    expect(alarmsSet).toBeLessThanOrEqual(40)
    expect(refusedSubrequests).toBe(0)
    expect(mostSubrequests).toBeLessThanOrEqual(50)
    expect((await deployment.servers()).filter(({ health }) => health !== 'up')).toEqual([])
  })
})
