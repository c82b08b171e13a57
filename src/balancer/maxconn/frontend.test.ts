// A frontend's maxconn: requests beyond it wait before any rule sees them, in order, for as long as their clients do.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { ARRIVAL } from '../testing.ts'
import { backendWith, pass, sharedLimits, SOCKET, stage } from './testing.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: 1_800_000_000_000 }))
afterEach(() => void vi.useRealTimers())

const start = (ports?: Parameters<typeof stage>[1], more: object = {}, frontend: object = {}) =>
  stage(
    {
      backends: [backendWith({ s1: {} }, { retries: 0, ...more })],
      frontends: [{ name: 'www', defaultBackend: 'app', maxconn: 1, ...frontend }],
    },
    ports,
  )

/** Its answer sets no cookie: what opens a WebSocket could not be copied here. */
const OWN = { headers: { cookie: 'SRV=s1' } }
const ANSWERED = new Response(null, { status: 204 })

describe('a place', () => {
  it('is taken until the body has ended, and goes to who has waited longest', async () => {
    const { asked, ask } = await start()
    const clients = [await ask(), await ask(), await ask()]
    for (let i = 0; i < clients.length; i++) {
      expect(asked('s1').length).toBe(i + 1)
      asked('s1')[i]!.answer()
      await pass()
      expect(clients.map((client) => client.status())).toEqual(
        [200, 200, 200].map((s, at) => (at <= i ? s : undefined)),
      )
      asked('s1')[i]!.end()
      await pass()
    }
  })

  it('goes to who has waited longest, whenever they came', async () => {
    const { asked, ask } = await start()
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

  it('is waited for without end, and that time is not the request’s', async () => {
    const { held, asked, ask } = await start()
    await ask()
    asked('s1')[0]!.answer()
    const client = await ask()
    await pass(3_600_000)
    expect([client.status(), asked('s1').length]).toEqual([undefined, 1])
    asked('s1')[0]!.end()
    await pass()
    asked('s1')[1]!.answer()
    await pass()
    expect(client.status()).toBe(200)
    expect(held.lines.at(-1)).toMatchObject({ durationMs: 0, queueMs: 0 })
  })

  it('that a client takes, and then does not send its body, is free after the frontend’s timeout', async () => {
    const { held, asked, ask } = await start({}, { retries: 1 }, { timeouts: { client: '2s' } })
    const post = { method: 'POST', headers: { 'content-length': '3' }, duplex: 'half' } as const
    const silent = await ask({ ...post, body: new ReadableStream() })
    const client = await ask()
    await pass(1_999)
    expect([silent.status(), client.status()]).toEqual([undefined, undefined])
    await pass(1)
    expect([silent.status(), asked('s1').length]).toEqual([408, 1])
    expect(held.lines).toMatchObject([{ status: 408, termination: 'cR', server: null }])
    asked('s1')[0]!.answer()
    await pass()
    expect([client.status(), silent.isContextOver()]).toEqual([200, true])
  })

  it('of a body that stops in the middle is free after the time that its size allows', async () => {
    const { ask } = await start({}, { retries: 1 }, { timeouts: { client: '2s' } })
    const body = new ReadableStream({ start: (to) => to.enqueue(new Uint8Array(1)) })
    const slow = await ask({ method: 'POST', headers: { 'content-length': '60000' }, duplex: 'half', body })
    await pass(16_999)
    expect(slow.status()).toBeUndefined()
    await pass(1)
    expect(slow.status()).toBe(408)
  })

  it('is taken at once where there is one, and by nobody who comes after somebody who waits', async () => {
    const { asked, ask } = await start()
    for (let i = 0; i < 2; i++) {
      await ask()
      expect(asked('s1').length).toBe(i + 1)
      asked('s1')[i]!.answerWith(ANSWERED)
      await pass()
    }
  })

  it('that this isolate still has is taken at once, and only once', async () => {
    const { asked, ask } = await start()
    await ask()
    asked('s1')[0]!.answerWith(ANSWERED)
    await pass()
    await ask()
    await ask()
    await pass(1_000)
    expect(asked('s1').length).toBe(2)
  })

  it('is free when a client hangs up, before the answer and after, and once only', async () => {
    const { asked, ask } = await start()
    const first = await ask()
    const second = await ask()
    await ask()
    first.hangUp()
    await pass()
    expect(asked('s1').length).toBe(2)
    asked('s1')[0]!.answerWith(ANSWERED)
    asked('s1')[1]!.answer()
    await pass()
    expect(asked('s1').length).toBe(2)
    second.hangUp()
    await pass()
    expect(asked('s1').length).toBe(3)
  })

  it('that a client waits for who hangs up is another’s', async () => {
    const { asked, ask } = await start()
    await ask()
    const gone = await ask()
    await ask()
    gone.hangUp()
    asked('s1')[0]!.answerWith(ANSWERED)
    await pass()
    expect(asked('s1').length).toBe(2)
  })

  it('is free when an upload breaks off, and the client’s request fails', async () => {
    const { asked, ask } = await start(undefined, { retries: 1 })
    const body = new ReadableStream({ pull: (controller) => controller.error(new Error('gone')) })
    const broken = await ask({ method: 'POST', headers: { 'content-length': '3' }, body, duplex: 'half' })
    expect([broken.status(), asked('s1').length]).toEqual(['failed', 0])
    await ask()
    expect(asked('s1').length).toBe(1)
  })

  it('is renewed for as long as it is held, so that no other isolate gets it', async () => {
    const limitsOf = sharedLimits()
    const one = await start({ maxconn: limitsOf('one') })
    const other = await start({ maxconn: limitsOf('other') })
    await one.ask()
    one.asked('s1')[0]!.answer()
    await other.ask()
    await pass(60_000)
    expect(other.asked('s1').length).toBe(0)
    one.asked('s1')[0]!.end()
    await pass(1_000)
    expect(other.asked('s1').length).toBe(1)
  })

  it('is given back to other isolates when nobody here needs it any more', async () => {
    const limitsOf = sharedLimits()
    const one = await start({ maxconn: limitsOf('one') })
    const other = await start({ maxconn: limitsOf('other') })
    await one.ask()
    one.asked('s1')[0]!.answerWith(ANSWERED)
    await pass(1_000)
    await other.ask()
    expect(other.asked('s1').length).toBe(1)
  })

  it('keeps its request’s context until it is free, and no timer after that', async () => {
    const { asked, ask } = await start()
    const client = await ask()
    asked('s1')[0]!.answer()
    await pass(5_000)
    expect(client.isContextOver()).toBe(false)
    asked('s1')[0]!.end()
    await pass(60_000)
    expect(client.isContextOver()).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a WebSocket', () => {
  it('that passes through has a place for ten seconds', async () => {
    const { asked, ask } = await start()
    const client = await ask(OWN)
    await ask()
    asked('s1')[0]!.answerWith(SOCKET)
    await pass(9_999)
    expect([client.status(), asked('s1').length]).toEqual([101, 1])
    await pass(1)
    expect(asked('s1').length).toBe(2)
  })

  it('whose end is seen has a place until then, and need not be relayed for it', async () => {
    let close = () => {}
    const relayed: boolean[] = []
    const { asked, ask } = await start({
      whenClosed(response, onEnd, mustRelay) {
        close = onEnd
        relayed.push(mustRelay)
        return { response, cut: () => undefined, passedBytes: () => 0 }
      },
    })
    await ask(OWN)
    await ask()
    asked('s1')[0]!.answerWith(SOCKET)
    await pass(60_000)
    expect([asked('s1').length, relayed]).toEqual([1, [false]])
    close()
    await pass()
    expect(asked('s1').length).toBe(2)
  })
})

it('without a maxconn, counting its requests sets no timer', async () => {
  const shown = { if: { path: '/see' }, do: { return: { status: 200 as const, bodyTemplate: '%[fe_conn]' } } }
  const { held, asked, ask } = await start({}, {}, { maxconn: undefined, rules: [shown] })
  const see = async () => (await held.handle(new Request('http://www.example/see'), ARRIVAL)).text()
  await ask()
  asked('s1')[0]!.answer()
  await pass(60_000)
  expect(vi.getTimerCount()).toBe(0)
  expect(await see()).toBe('2')
  asked('s1')[0]!.end()
  await pass()
  expect(await see()).toBe('1')
})
