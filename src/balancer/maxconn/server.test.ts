// A server's maxconn: who waits for which slot, for how long, and what frees one.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { ARRIVAL } from '../testing.ts'
import { backendWith, pass, sharedLimits, stage, unreachableLimits } from './testing.ts'

const OWN = (server: string) => ({ headers: { cookie: `SRV=${server}` } })
const ONE = { maxconn: 1 }
const ALL_GOOD = { econ: 0, wredis: 0 }

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: 1_800_000_000_000 }))
afterEach(() => void vi.useRealTimers())

const start = (servers: Readonly<Record<string, object>>, more?: object, ports?: Parameters<typeof stage>[1]) =>
  stage({ backends: [backendWith(servers, more)] }, ports)

describe('a slot', () => {
  it('is taken until the body has ended, not only until the headers came', async () => {
    const { asked, ask } = await start({ s1: ONE })
    const first = await ask()
    const second = await ask()
    asked('s1')[0]!.answer()
    await pass(2_000)
    expect([first.status(), asked('s1').length]).toEqual([200, 1])
    asked('s1')[0]!.end()
    await pass()
    expect(asked('s1').length).toBe(2)
    asked('s1')[1]!.answer()
    await pass()
    expect(second.status()).toBe(200)
  })

  it.each(['roundrobin', 'leastconn'])(
    'after a pause, a new client gets the server whose turn it is: %s',
    async (balance) => {
      const { asked, ask } = await start({ s1: { maxconn: 10 }, s2: { maxconn: 10 } }, { balance })
      const order: (string | undefined)[] = []
      for (let i = 0; i < 6; i++) {
        const before = { s1: asked('s1').length, s2: asked('s2').length }
        await ask()
        await pass()
        const chosen = (['s1', 's2'] as const).find((name) => asked(name).length > before[name])
        order.push(chosen)
        asked(chosen!).at(-1)!.answer()
        asked(chosen!).at(-1)!.end()
        // What nobody uses is given back.
        await pass(i % 2 === 0 ? 2_500 : 300)
      }
      expect(order).toEqual(['s1', 's2', 's1', 's2', 's1', 's2'])
    },
  )

  it('goes to who has waited longest, and nobody who comes later overtakes', async () => {
    const { held, asked, ask } = await start({ s1: ONE })
    await ask()
    const waiting = [await ask(), await ask()]
    expect(held.tallies.get('server:app/s1')!.queued!()).toBe(2)
    asked('s1')[0]!.answer()
    asked('s1')[0]!.end()
    const late = await ask()
    for (const client of [...waiting, late]) {
      await pass()
      expect(client.status()).toBeUndefined()
      asked('s1').at(-1)!.answer()
      asked('s1').at(-1)!.end()
      await pass()
      expect(client.status()).toBe(200)
    }
    expect(held.tallies.get('server:app/s1')!.queued!()).toBe(0)
  })

  it.each([
    ['fails', (server: { fail(): void }) => server.fail()],
    ['answers without a body', (server: { answerWith(r: Response): void }) => server.answerWith(new Response(null))],
  ])('is free when the server %s', async (_, happens) => {
    const { held, asked, ask } = await start({ s1: ONE }, { retries: 0 })
    await ask()
    happens(asked('s1')[0]!)
    await pass()
    expect(held.tallies.get('server:app/s1')!.current!()).toBe(0)
    await ask()
    expect(asked('s1').length).toBe(2)
  })

  it('is free when a client hangs up, before the answer and after', async () => {
    const { held, asked, ask } = await start({ s1: ONE })
    const first = await ask()
    const second = await ask()
    first.hangUp()
    await pass()
    expect(asked('s1').length).toBe(2)
    asked('s1')[1]!.answer()
    await pass()
    const third = await ask()
    second.hangUp()
    await pass()
    expect(asked('s1').length).toBe(3)
    expect(held.tallies.get('server:app/s1')!.current!()).toBe(1)
    third.hangUp()
    await pass()
    expect(held.tallies.get('backend:app')!.current!()).toBe(0)
  })

  it('goes to who has waited longest, whenever they came', async () => {
    const { asked, ask } = await start({ s1: ONE })
    await ask()
    const first = await ask()
    await pass(500)
    const second = await ask()
    await pass(700)
    asked('s1')[0]!.answer()
    asked('s1')[0]!.end()
    await pass()
    asked('s1')[1]!.answer()
    await pass()
    expect([first.status(), second.status()]).toEqual([200, undefined])
  })

  it('that this isolate still has is taken at once, and only once', async () => {
    const { held, asked, ask } = await start({ s1: ONE })
    const first = await ask()
    asked('s1')[0]!.answer()
    asked('s1')[0]!.end()
    await pass()
    await ask()
    await ask()
    // The first is heard to have gone when its slot is another's already.
    first.hangUp()
    await pass(1_000)
    expect(asked('s1').length).toBe(2)
    expect(held.tallies.get('server:app/s1')!.counts.failed_open).toBe(0)
  })

  it('that a client waits for who hangs up is another’s', async () => {
    const { asked, ask } = await start({ s1: ONE })
    await ask()
    const gone = await ask()
    await ask()
    gone.hangUp()
    asked('s1')[0]!.answer()
    asked('s1')[0]!.end()
    await pass()
    expect(asked('s1').length).toBe(2)
  })

  it('is renewed for as long as it is held, so that no other isolate gets it', async () => {
    const limitsOf = sharedLimits()
    const one = await start({ s1: ONE }, {}, { maxconn: limitsOf('one') })
    const other = await start({ s1: ONE }, { timeouts: { queue: '10m' } }, { maxconn: limitsOf('other') })
    await one.ask()
    one.asked('s1')[0]!.answer()
    await other.ask()
    await pass(60_000)
    expect(other.asked('s1').length).toBe(0)
    one.asked('s1')[0]!.end()
    await pass(1_000)
    expect(other.asked('s1').length).toBe(1)
  })

  it('keeps its request’s context until it is free', async () => {
    const { asked, ask } = await start({ s1: ONE })
    const client = await ask()
    asked('s1')[0]!.answer()
    await pass(5_000)
    expect(client.isContextOver()).toBe(false)
    asked('s1')[0]!.end()
    await pass(5_000)
    expect(client.isContextOver()).toBe(true)
  })

  it('is anybody’s where nobody can be asked for one, and that is counted', async () => {
    const { held, asked, ask } = await start({ s1: ONE }, {}, { maxconn: unreachableLimits })
    for (let i = 0; i < 3; i++) await ask()
    expect(asked('s1').length).toBe(3)
    expect(held.tallies.get('server:app/s1')!.counts.failed_open).toBe(2)
  })
})

describe('a client that belongs nowhere', () => {
  it('goes to the server that has a slot', async () => {
    const { asked, ask } = await start({ s1: ONE, s2: ONE })
    await ask(OWN('s1'))
    await ask(OWN('s2'))
    asked('s2')[0]!.answer()
    asked('s2')[0]!.end()
    await pass()
    await ask()
    await ask()
    expect([asked('s1').length, asked('s2').length]).toEqual([1, 2])
  })

  it('waits for the first server that has a slot free', async () => {
    const { held, asked, ask } = await start({ s1: ONE, s2: ONE })
    await ask()
    await ask()
    const client = await ask()
    await pass(1_500)
    asked('s2')[0]!.answer()
    asked('s2')[0]!.end()
    await pass()
    expect([asked('s1').length, asked('s2').length]).toEqual([1, 2])
    asked('s2')[1]!.answer()
    await pass()
    expect([client.status(), client.cookie()]).toEqual([200, 'SRV=s2'])
    expect(held.lines.at(-1)).toMatchObject({ server: 's2', redispatches: 0, queueMs: 1_500 })
    expect(held.tallies.get('backend:app')!.counts).toMatchObject(ALL_GOOD)
  })

  it('does not wait where a server has no limit', async () => {
    const { held, asked, ask } = await start({ s1: ONE, s2: {} })
    const clients = [await ask(), await ask(), await ask(), await ask()]
    expect([asked('s1').length, asked('s2').length]).toEqual([1, 3])
    asked('s2')[0]!.answerWith(new Response(null))
    await pass()
    expect(clients.filter((client) => client.status() === 200).length).toBe(1)
    expect(held.tallies.get('server:app/s2')!.queued!()).toBe(0)
  })

  it('waits for no server that goes down meanwhile', async () => {
    const { held, asked, ask } = await start({ s1: ONE, s2: ONE })
    await ask()
    await ask()
    await ask()
    held.setStates({ 'app/s2': { health: 'down' } })
    asked('s2')[0]!.answer()
    asked('s2')[0]!.end()
    await pass(1_000)
    expect(asked('s2').length).toBe(1)
    asked('s1')[0]!.answer()
    asked('s1')[0]!.end()
    await pass()
    expect(asked('s1').length).toBe(2)
  })

  it('takes a server that comes up while it waits', async () => {
    const { held, asked, ask } = await start({ s1: ONE, s2: ONE })
    held.setStates({ 'app/s2': { health: 'down' } })
    await ask()
    await ask()
    held.setStates({ 'app/s2': { health: 'up' } })
    await pass(1_000)
    expect([asked('s1').length, asked('s2').length]).toEqual([1, 1])
  })

  it('waits at no server that has failed it', async () => {
    const { asked, ask } = await start({ s1: ONE, s2: ONE }, { timeouts: { queue: '1m', connect: '1s' } })
    await ask(OWN('s2'))
    await ask()
    asked('s1')[0]!.fail()
    await pass(2_000)
    expect([asked('s1').length, asked('s2').length]).toEqual([1, 1])
    asked('s2')[0]!.answer()
    asked('s2')[0]!.end()
    await pass()
    expect([asked('s1').length, asked('s2').length]).toEqual([1, 2])
  })

  it('has 503 when the time to wait has passed', async () => {
    const { held, ask } = await start({ s1: ONE })
    await ask()
    const client = await ask()
    await pass(4_999)
    expect(client.status()).toBeUndefined()
    await pass(1)
    expect([client.status(), client.cookie()]).toEqual([503, undefined])
    expect(held.lines.at(-1)).toMatchObject({ termination: 'sQ', server: 's1', queueMs: 5_000 })
    expect(held.tallies.get('backend:app')!.counts.econ).toBe(1)
    expect(held.tallies.get('server:app/s1')!.counts.stot).toBe(1)
  })
})

describe('a client that belongs to a server', () => {
  it('waits for that server, although another has a slot', async () => {
    const { held, asked, ask } = await start({ s1: ONE, s2: ONE })
    await ask(OWN('s1'))
    const client = await ask(OWN('s1'))
    await pass(1_000)
    expect([asked('s1').length, asked('s2').length]).toEqual([1, 0])
    expect(held.tallies.get('backend:app')!.queued!()).toBe(1)
    asked('s1')[0]!.answer()
    asked('s1')[0]!.end()
    await pass()
    asked('s1')[1]!.answer()
    await pass()
    expect([client.status(), client.cookie()]).toEqual([200, undefined])
  })

  it('takes no slot of another server that becomes free', async () => {
    const { asked, ask } = await start({ s1: ONE, s2: ONE })
    await ask(OWN('s1'))
    await ask(OWN('s2'))
    await ask(OWN('s1'))
    asked('s2')[0]!.answer()
    asked('s2')[0]!.end()
    await pass()
    expect([asked('s1').length, asked('s2').length]).toEqual([1, 1])
  })

  it('goes to another when so many wait as maxqueue says, and belongs there', async () => {
    const { held, asked, ask } = await start({ s1: { maxconn: 1, maxqueue: 2 }, s2: {} })
    for (let i = 0; i < 3; i++) await ask(OWN('s1'))
    expect([asked('s1').length, asked('s2').length]).toEqual([1, 0])
    const client = await ask(OWN('s1'))
    expect([asked('s1').length, asked('s2').length]).toEqual([1, 1])
    asked('s2')[0]!.answer()
    await pass()
    expect([client.status(), client.cookie()]).toEqual([200, 'SRV=s2'])
    expect(held.lines.at(-1)).toMatchObject({ server: 's2', redispatches: 1, retries: 0 })
    expect(held.tallies.get('backend:app')!.counts).toMatchObject({ econ: 0, wredis: 1 })
  })

  it('goes to another when so many wait at other isolates', async () => {
    const limitsOf = sharedLimits()
    const servers = { s1: { maxconn: 1, maxqueue: 1 }, s2: {} }
    const one = await start(servers, { timeouts: { queue: '1m' } }, { maxconn: limitsOf('one') })
    const other = await start(servers, { timeouts: { queue: '1m' } }, { maxconn: limitsOf('other') })
    await one.ask(OWN('s1'))
    await one.ask(OWN('s1'))
    await pass(1_500)
    await other.ask(OWN('s1'))
    await pass(2_000)
    await other.ask(OWN('s1'))
    await pass(1_500)
    expect([other.asked('s1').length, other.asked('s2').length]).toEqual([0, 1])
  })

  it('is bound by no maxqueue as long as there is a slot', async () => {
    const { asked, ask } = await start({ s1: { maxconn: 1, maxqueue: 1 }, s2: {} })
    for (let i = 0; i < 2; i++) {
      await ask(OWN('s1'))
      expect(asked('s1').length).toBe(i + 1)
      asked('s1')[i]!.answer()
      asked('s1')[i]!.end()
      await pass()
    }
    expect(asked('s2').length).toBe(0)
  })

  it('is counted as waiting for it, until it has hung up', async () => {
    const shown = '%[srv_queue(app/s1)] %[connslots(app)]'
    const see = { if: { path: '/see' }, do: { return: { status: 200 as const, bodyTemplate: shown } } }
    const { held, ask } = await stage({
      backends: [backendWith({ s1: { maxconn: 1, maxqueue: 5 } })],
      frontends: [{ name: 'www', defaultBackend: 'app', rules: [see] }],
    })
    const numbers = async () => (await held.handle(new Request('http://www.example/see'), ARRIVAL)).text()
    await ask(OWN('s1'))
    const client = await ask(OWN('s1'))
    expect(await numbers()).toBe('1 4')
    client.hangUp()
    await pass()
    expect(await numbers()).toBe('0 5')
  })

  it('has 503 when its queue is full and it may go nowhere else', async () => {
    const { held, asked, ask } = await start({ s1: { maxconn: 1, maxqueue: 1 }, s2: {} }, { redispatch: false })
    await ask(OWN('s1'))
    await ask(OWN('s1'))
    const client = await ask(OWN('s1'))
    expect([client.status(), asked('s2').length]).toEqual([503, 0])
    expect(held.lines.at(-1)).toMatchObject({ termination: 'sQ', server: 's1' })
  })

  it('goes to another within a second when its server goes down', async () => {
    const { held, asked, ask } = await start({ s1: ONE, s2: ONE })
    await ask(OWN('s1'))
    await ask(OWN('s1'))
    held.setStates({ 'app/s1': { health: 'down' } })
    await pass(1_000)
    expect([asked('s1').length, asked('s2').length]).toEqual([1, 1])
    expect(held.tallies.get('backend:app')!.counts.wredis).toBe(1)
  })

  it.each([
    ['option persist', { persist: true }],
    ['no redispatch', { redispatch: false }],
  ])('waits on for a server that goes down under %s', async (_, more) => {
    const { held, asked, ask } = await start({ s1: ONE, s2: ONE }, more)
    await ask(OWN('s1'))
    const client = await ask(OWN('s1'))
    held.setStates({ 'app/s1': { health: 'down' } })
    await pass(3_000)
    expect([client.status(), asked('s2').length]).toEqual([undefined, 0])
    asked('s1')[0]!.answer()
    asked('s1')[0]!.end()
    await pass()
    expect(asked('s1').length).toBe(2)
  })
})

describe('a server in drain', () => {
  it('that another server leaves to is asked no more than its maxconn', async () => {
    const { held, asked, ask } = await start({ s1: ONE, s2: ONE })
    held.setStates({ 'app/s1': { admin: 'drain' } })
    await ask(OWN('s1'))
    await ask(OWN('s1'))
    await ask()
    await pass(1_000)
    expect([asked('s1').length, asked('s2').length]).toEqual([1, 1])
  })
})

it('leastconn goes by what other isolates have in use, too', async () => {
  const limitsOf = sharedLimits()
  const servers = { s1: { maxconn: 10 }, s2: { maxconn: 10 } }
  const one = await start(servers, { balance: 'leastconn' }, { maxconn: limitsOf('one') })
  const other = await start(servers, { balance: 'leastconn' }, { maxconn: limitsOf('other') })
  for (let i = 0; i < 3; i++) await one.ask(OWN('s1'))
  await pass(4_000)
  await one.ask(OWN('s1'))
  await other.ask(OWN('s1'))
  await pass(4_000)
  for (let i = 0; i < 2; i++) await other.ask()
  expect([other.asked('s1').length, other.asked('s2').length]).toEqual([1, 2])
})
