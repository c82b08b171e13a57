// Attempts, one after the other: which servers are asked, how often, after which pause, and what is counted of it.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { refuses, resets, answers, hangs } from '../testing.ts'
import { asking, discardable, inTurn, own, post, requestWith, throws, works } from './testing.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: 1_800_000_000_000 }))
afterEach(() => void vi.useRealTimers())

const DOWN = { health: 'down' } as const

describe('a client that belongs nowhere', () => {
  it('is given another server at once, and each is counted', async () => {
    const { held, ask } = await asking({})
    held.servers.set('s1', resets)
    expect(await ask()).toMatchObject({ status: 200, sent: 's1 s2', tookMs: expect.toSatisfy((ms) => ms < 100) })
    expect(held.tallies.get('backend:app')!.counts).toMatchObject({ lbtot: 2, wredis: 1, wretr: 0, econ: 0 })
    expect(held.tallies.get('server:app/s1')!.counts).toMatchObject({ lbtot: 1, stot: 1, wredis: 1, econ: 0 })
    expect(held.tallies.get('server:app/s2')!.counts).toMatchObject({ lbtot: 1, stot: 1, wredis: 0 })
    expect(held.lines.at(-1)).toMatchObject({ retries: 1, redispatches: 1 })
  })

  it('is given one that has failed it already when all have, but the last', async () => {
    const { held, ask } = await asking({ servers: two })
    held.servers.set('s1', inTurn(resets, works))
    held.servers.set('s2', resets)
    expect(await ask()).toMatchObject({ status: 200, body: 'at last', sent: 's1 s2 s1' })
    expect(held.lines.at(-1)).toMatchObject({ retries: 2, redispatches: 2 })
  })

  it('waits a second where only a backup stands in', async () => {
    const servers = [two[0]!, { ...two[1]!, backup: true }]
    const { held, ask } = await asking({ servers, redispatch: 1, retries: 1, turnAroundAlone: true, allbackups: true })
    held.setStates({ 'app/s1': DOWN })
    held.servers.set('s2', inTurn(resets, works))
    const { status, tookMs } = await ask()
    expect([status, tookMs]).toEqual([200, expect.toSatisfy((ms) => ms >= 1_000)])
  })

  it('waits a second for a server that is alone, and is counted as tried again', async () => {
    const { held, ask } = await asking({ servers: two.slice(0, 1), retries: 2, timeouts: { connect: '5s' } })
    held.servers.set('s1', inTurn(resets, works))
    const { sent, tookMs } = await ask()
    expect([sent, tookMs]).toEqual(['s1 s1', expect.toSatisfy((ms) => ms >= 1_000 && ms < 1_100)])
    expect(held.tallies.get('backend:app')!.counts).toMatchObject({ lbtot: 1, wretr: 1, wredis: 0 })
    expect(held.lines.at(-1)).toMatchObject({ retries: 1, redispatches: 0 })
  })
})

const two = ['s1', 's2'].map((name) => ({ name, url: `http://${name}.example` }))

describe('a client that belongs to a server', () => {
  it('is not counted as balanced there', async () => {
    const { held, ask } = await asking({})
    expect((await ask(own('s2'))).sent).toBe('s2')
    expect(held.tallies.get('backend:app')!.counts.lbtot).toBe(0)
  })

  it('gets a new cookie after a redispatch, even of the server that it had', async () => {
    const { held, ask } = await asking({ servers: two })
    held.servers.set('s1', inTurn(resets, works))
    held.servers.set('s2', resets)
    const { sent, headers } = await ask(own('s1'))
    expect([sent, headers.get('set-cookie')]).toEqual(['s1 s2 s1', expect.stringMatching(/^SRV=s1;/)])
  })

  it('is tried there again as often as redispatch says, and goes on alone at once when it is down', async () => {
    const { held, ask } = await asking({ redispatch: -1, retries: 3, timeouts: { connect: '100ms' } })
    held.servers.set('s1', resets)
    expect((await ask(own('s1'))).sent).toBe('s1 s1 s1 s2')
    held.servers.set('s1', () => {
      held.setStates({ 'app/s1': DOWN })
      return Promise.reject(new Error('Network connection lost.'))
    })
    expect((await ask(own('s1'))).sent).toMatch(/^s1 s\d$/)
  })

  it.each([
    ['onDown 404', { onDown: 404 }, 404],
    ['redispatch off', { redispatch: false }, 503],
  ])('is given up with its server under %s', async (_, more, status) => {
    const { held, ask } = await asking({ retries: 2, timeouts: { connect: '100ms' }, ...more })
    held.servers.set('s1', refuses)
    expect(await ask(own('s1'))).toMatchObject({ status, sent: 's1 s1 s1' })
    expect(held.tallies.get('server:app/s1')!.counts).toMatchObject({ wretr: 2, wredis: 0, econ: 1 })
  })

  it('is given up with its server where force-persist says so, and no other client is', async () => {
    const forced = {
      persistRules: [{ if: { path: '/forced' }, do: 'force' }],
      retries: 1,
      timeouts: { connect: '100ms' },
    }
    const { held, ask } = await asking(forced)
    held.servers.set('s1', refuses)
    const request = new Request('http://www.example.com/forced', { headers: { cookie: 'SRV=s1' } })
    expect(await ask(request)).toMatchObject({ status: 503, sent: 's1 s1' })
    expect(await ask(own('s1'))).toMatchObject({ status: 200, sent: 's1 s2' })
  })

  it('gives way to nobody under onDown where nothing is known of it', async () => {
    const { held, ask } = await asking({ onDown: 404 })
    held.servers.set('s1', resets)
    expect(await ask()).toMatchObject({ status: 200, sent: 's1 s2' })
  })
})

describe('a request that must not be sent twice', () => {
  it('asks a server that has just failed whether a connection opens, and goes elsewhere if not', async () => {
    let probed = 0
    const { held, ask } = await asking(
      { ejection: true, timeouts: { connect: '700ms' } },
      {
        probe: async ({ name }, timeoutMs) => {
          probed += 1
          expect(timeoutMs).toBe(700)
          return name === 's1' ? 'refused' : 'opens'
        },
      },
    )
    held.servers.set('s1', inTurn(resets, works))
    await ask()
    expect(probed).toBe(0)
    expect(await ask(post({ cookie: 'SRV=s1' }))).toMatchObject({ status: 200, sent: 's3' })
    expect(probed).toBe(1)
    expect(held.lines.at(-1)).toMatchObject({ retries: 1, redispatches: 1, server: 's3' })
    expect(held.tallies.get('server:app/s1')!.counts.stot).toBe(2)
  })

  it('is sent when a connection opens', async () => {
    const { held, ask } = await asking({}, { probe: async () => 'opens' })
    held.servers.set('s1', inTurn(resets, works))
    await ask()
    expect(await ask(post({ cookie: 'SRV=s1' }))).toMatchObject({ status: 200, sent: 's1' })
  })

  it('is sent on trust where nobody can ask, or where the server has not failed', async () => {
    const { held, ask } = await asking({}, { probe: undefined })
    held.servers.set('s1', inTurn(resets, works))
    await ask()
    expect((await ask(post({ cookie: 'SRV=s1' }))).sent).toBe('s1')
    const trusting = await asking({}, { probe: async () => 'refused' })
    expect((await trusting.ask(post({ cookie: 'SRV=s1' }))).sent).toBe('s1')
  })

  it('is one no longer when it may be repeated: a GET is sent without asking', async () => {
    const { held, ask } = await asking({}, { probe: async () => 'refused' })
    held.servers.set('s1', inTurn(resets, works))
    await ask()
    expect((await ask(own('s1'))).sent).toBe('s1')
  })
})

describe('a server that has just failed', () => {
  it('gets no new client for a second, and its own all the same', async () => {
    const { held, ask } = await asking({})
    held.servers.set('s1', inTurn(resets, works))
    await ask()
    for (let i = 0; i < 6; i++) expect((await ask()).sent).not.toBe('s1')
    expect((await ask(own('s1'))).sent).toBe('s1')
  })

  it('gets them without ejection', async () => {
    const { held, ask } = await asking({ ejection: false })
    held.servers.set('s1', inTurn(resets, works))
    await ask()
    const sent = [await ask(), await ask(), await ask()].map((each) => each.sent)
    expect(sent.toSorted()).toEqual(['s1', 's2', 's3'])
  })

  it('is not blamed for a body that streams', async () => {
    const { held, ask } = await asking({ replayBodyBytes: 2 })
    held.servers.set('s1', inTurn(resets, works))
    expect(await ask(post())).toMatchObject({ status: 503, sent: 's1' })
    const sent = [await ask(), await ask(), await ask()].map((each) => each.sent)
    expect(sent.toSorted()).toEqual(['s1', 's2', 's3'])
  })
})

describe('a body', () => {
  it('is sent again to another server when it is no longer than replayBodyBytes', async () => {
    const { held, ask } = await asking({ retryMethods: 'all', replayBodyBytes: 3 })
    held.servers.set('s1', resets)
    expect(await ask(post())).toMatchObject({ status: 200, sent: 's1 s2' })
    expect(held.sent.map(({ body }) => body)).toEqual([expect.any(ArrayBuffer), expect.any(ArrayBuffer)])
  })

  it('streams where nothing is retried', async () => {
    const { held, ask } = await asking({ retries: 0, replayBodyBytes: 3 })
    expect((await ask(post())).status).toBe(200)
    expect(held.sent[0]!.body).toBeInstanceOf(ReadableStream)
  })

  it.each([
    [true, 5],
    [false, 0],
  ])('of unknown length is counted as it is read, where bytes are (%s): %i', async (countsBytes, bin) => {
    const { held, ask } = await asking({}, { countsBytes }, { countBytes: true })
    held.servers.set('s1', async ({ body }) => {
      expect(await new Response(body).text()).toBe('12345')
      return new Response('ok')
    })
    const body = new Blob(['12', '345']).stream()
    await ask(requestWith({}, { method: 'POST', body, duplex: 'half' } as RequestInit))
    expect(held.tallies.get('backend:app')!.counts.bin).toBe(bin)
  })

  it('of known length is not touched for it', async () => {
    const { held, ask } = await asking({ replayBodyBytes: 0 }, { countsBytes: true }, { countBytes: true })
    const request = post()
    await ask(request)
    expect(held.sent[0]!.body).toBe(request.body)
    expect(held.tallies.get('backend:app')!.counts.bin).toBe(3)
  })

  it('of a GET is refused with 400, and no server is asked or blamed', async () => {
    const { held, ask } = await asking({})
    const request = requestWith()
    Object.defineProperty(request, 'body', { value: new Blob(['x']).stream() })
    const { status, body, sent } = await ask(request)
    expect([status, sent]).toEqual([400, ''])
    expect(body).toContain('send the body with POST')
    expect(held.lines.at(-1)).toMatchObject({ termination: 'PR', server: null, status: 400 })
    expect(held.tallies.get('frontend:main')!.counts.ereq).toBe(1)
  })
})

describe('what fetch throws', () => {
  it.each([
    [new TypeError('a GET has no body'), 400, 'PR', { eresp: 0, econ: 0 }],
    [new RangeError('999 is no status'), 502, 'PH', { eresp: 1, econ: 0 }],
  ])('%s: %i', async (error, status, termination, counts) => {
    const { held, ask } = await asking({ retryOn: ['conn-failure', 'empty-response'] })
    held.servers.set('s1', throws(error))
    expect(await ask()).toMatchObject({ status, sent: 's1' })
    expect(held.lines.at(-1)).toMatchObject({ termination })
    expect(held.tallies.get('server:app/s1')!.counts).toMatchObject(counts)
  })

  it('of a request that cannot be sent does not make a server one that has failed', async () => {
    const { held, ask } = await asking({})
    held.servers.set('s1', inTurn(throws(new TypeError('a GET has no body')), works))
    await ask()
    const sent = [await ask(), await ask(), await ask()].map((each) => each.sent)
    expect(sent.toSorted()).toEqual(['s1', 's2', 's3'])
  })
})

describe('an answer that cannot be used', () => {
  it('because its status is none, is discarded, and repeated where retryOn says junk-response', async () => {
    for (const [retryOn, status] of [
      [['conn-failure'], 502],
      [['junk-response'], 200],
    ] as const) {
      const { held, ask } = await asking({ retryOn })
      const { seen, serve } = discardable(600)
      held.servers.set('s1', serve)
      expect((await ask()).status).toBe(status)
      expect(seen.discarded).toBe(1)
    }
  })

  it('because of its status, is discarded before another server is asked', async () => {
    const { held, ask } = await asking({ retryOn: [503] })
    const { seen, serve } = discardable(503)
    held.servers.set('s1', serve)
    expect((await ask()).sent).toBe('s1 s2')
    expect(seen.discarded).toBe(1)
  })

  it('because Cloudflare made it, is discarded, and need not be reported', async () => {
    for (const status of [521, 522]) {
      const { held, ask } = await asking({}, { onCloudflare: true, noteUnreached: undefined as never })
      const { seen, serve } = discardable(status, { server: 'cloudflare' })
      held.servers.set('s1', serve)
      expect(await ask()).toMatchObject({ status: 200, sent: 's1 s2' })
      expect(seen.discarded).toBe(1)
    }
  })

  it('because it is late, is discarded', async () => {
    const { held, ask } = await asking({ timeouts: { server: '1s', connect: '2s' } })
    const { seen, serve } = discardable(200)
    held.servers.set(
      's1',
      (sent, signal) => new Promise((resolve) => setTimeout(() => resolve(serve(sent, signal)), 1_500)),
    )
    expect(await ask()).toMatchObject({ status: 504 })
    await vi.advanceTimersByTimeAsync(1_000)
    expect(seen.discarded).toBe(1)
  })

  it('is used when its status is the last that one may have', async () => {
    const { held, ask } = await asking({})
    held.servers.set('s1', answers(599, {}, 'odd'))
    expect(await ask()).toMatchObject({ status: 599, body: 'odd' })
  })
})

describe('observe', () => {
  const observed = (observe: string) => [{ ...two[0]!, check: { inter: '1s' }, observe, errorLimit: 2 }]

  it('reports a server after so many bad answers in a row, and begins anew', async () => {
    const { held, ask } = await asking({ servers: observed('layer7') })
    held.servers.set('s1', inTurn(answers(500), works, answers(500), answers(502), answers(500), answers(500)))
    const reported = []
    for (let i = 0; i < 6; i++) {
      await ask()
      reported.push(held.reported.length)
    }
    expect(reported).toEqual([0, 0, 0, 1, 1, 2])
  })

  it('of connections counts no answer as bad, and a lost connection as one', async () => {
    const { held, ask } = await asking({ servers: observed('layer4'), retries: 0 })
    held.servers.set('s1', inTurn(answers(500), answers(500), resets, resets))
    for (let i = 0; i < 4; i++) await ask()
    expect(held.reported).toEqual(['app/s1'])
  })

  it('keeps the request’s context until the Monitor has been told', async () => {
    const kept: Promise<unknown>[] = []
    const report = async () => {}
    const { held, ask } = await asking({ servers: observed('layer7') }, { report })
    held.servers.set('s1', answers(500))
    const lifetime = { waitUntil: (work: Promise<unknown>) => void kept.push(work) }
    await ask(requestWith(), { lifetime })
    expect(kept.length).toBe(0)
    await ask(requestWith(), { lifetime })
    expect(kept.length).toBe(1)
  })
})

describe('retries', () => {
  it('are spent from the budget of the backend', async () => {
    const { held, ask } = await asking({
      retryBudget: 0,
      retries: 20,
      servers: two.slice(0, 1),
      turnAroundAlone: false,
      timeouts: { connect: '10ms' },
    })
    held.servers.set('s1', resets)
    let sent = 0
    for (let i = 0; i < 7; i++) sent += (await ask()).sent.split(' ').length
    expect(sent).toBe(7 + 100)
  })

  it('are earned by requests', async () => {
    const { held, ask } = await asking({
      retryBudget: 0.5,
      retries: 20,
      servers: two.slice(0, 1),
      timeouts: { connect: '10ms' },
    })
    held.servers.set('s1', resets)
    for (let i = 0; i < 6; i++) await ask()
    expect(held.tallies.get('backend:app')!.counts.wretr).toBe(100 + 2)
  })

  it('are made in the time that a server takes, which the log tells of the last', async () => {
    const { held, ask } = await asking({ timeouts: { server: '1s', connect: '2s' }, retryOn: ['response-timeout'] })
    held.servers.set('s1', hangs)
    held.servers.set('s2', () => new Promise((resolve) => setTimeout(() => resolve(new Response('')), 300)))
    expect((await ask()).sent).toBe('s1 s2')
    expect(held.lines.at(-1)).toMatchObject({ responseMs: 300, durationMs: 1_300, queueMs: 0 })
    expect(held.tallies.get('server:app/s1')!.counts.eresp).toBe(1)
  })

  it('make no new choice under a hash where the key’s server is alive', async () => {
    const { held, ask } = await asking({
      balance: 'source',
      cookie: undefined,
      retries: 1,
      redispatch: -1,
      timeouts: { connect: '10ms' },
    })
    const first = (await ask()).sent
    held.servers.set(first, resets)
    const { sent } = await ask()
    expect(sent.split(' ')[0]).toBe(first)
    expect(sent.split(' ')[1]).not.toBe(first)
  })
})

describe('a new client', () => {
  it('is given no server that is only starting, as often as its weight has not come', async () => {
    const servers = [{ ...two[0]!, slowstart: '60s', check: true }, two[1]!]
    const { held, ask } = await asking({ servers }, { random: () => 0.9 })
    held.setStates({ 'app/s1': { health: 'starting', startedMs: Date.now() } })
    for (let i = 0; i < 4; i++) expect((await ask()).sent).toBe('s2')
  })

  it('is given a server that is only starting when there is no other', async () => {
    const servers = [{ ...two[0]!, slowstart: '60s', check: true }]
    const { held, ask } = await asking({ servers }, { random: () => 0.9 })
    held.setStates({ 'app/s1': { health: 'starting', startedMs: Date.now() } })
    expect((await ask()).sent).toBe('s1')
  })

  it('is given its key’s server under a hash, also while that is starting', async () => {
    const servers = two.map((server) => ({ ...server, slowstart: '60s', check: true }))
    const { held, ask } = await asking({ servers, balance: 'source', cookie: undefined }, { random: () => 0.9 })
    const { sent } = await ask()
    held.setStates({ [`app/${sent}`]: { health: 'starting', startedMs: Date.now() } })
    expect((await ask()).sent).toBe(sent)
  })

  it.each([
    ['hash req.cook(SID)', { cookie: 'SID=a; SID=b' }, { cookie: 'SID=b' }],
    ['hdr(x-user)', { 'x-user': 'ann' }, { 'x-user': 'ann', cookie: 'SID=c' }],
    ['source', {}, { 'x-user': 'ann' }],
  ])('goes by its key under %s', async (balance, a, b) => {
    const { ask } = await asking({ balance, cookie: undefined })
    expect((await ask(requestWith(a as Record<string, string>))).sent).toBe((await ask(requestWith(b))).sent)
  })

  it.each([
    ['hash req.cook(SID)', (i: number) => requestWith({ cookie: `SID=${i}` })],
    ['hdr(x-user)', (i: number) => requestWith({ 'x-user': String(i) })],
    ['uri', (i: number) => new Request(`http://www.example.com/${i}`)],
  ])('goes elsewhere by another key under %s', async (balance, request) => {
    const { ask } = await asking({ balance, cookie: undefined })
    const first = []
    for (let i = 0; i < 12; i++) first.push((await ask(request(i))).sent)
    expect(new Set(first).size).toBe(3)
    for (let i = 0; i < 12; i++) expect((await ask(request(i))).sent).toBe(first[i])
  })
})
