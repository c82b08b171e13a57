// Requests in progress that a server's state cuts off (`on-marked-down`, `on-marked-up`), and how many count as in progress.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { backendWith, pass, SOCKET, stage } from './testing.ts'

const OWN = (server: string) => ({ headers: { cookie: `SRV=${server}` } })
const DOWN = { health: 'down' } as const
const UP = { health: 'up' } as const

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: 1_800_000_000_000 }))
afterEach(() => void vi.useRealTimers())

const start = (servers: Readonly<Record<string, object>>, more: object = {}, ports?: Parameters<typeof stage>[1]) =>
  stage({ backends: [backendWith(servers, { timeouts: { server: '1h', queue: '1h' }, ...more })] }, ports)

describe('a server with on-marked-down shutdown-sessions', () => {
  const servers = { s1: { onMarkedDown: 'shutdown-sessions' }, s2: {} }

  it.each([
    ['goes down', DOWN],
    ['goes into maint', { admin: 'maint' }],
  ] as const)('that %s cuts its own requests off, with and without an answer, and no others', async (_, state) => {
    const { held, asked, ask } = await start(servers)
    const [waiting, reading] = [await ask(OWN('s1')), await ask(OWN('s1'))]
    const others = [await ask(OWN('s2')), await ask(OWN('s2'))]
    asked('s1')[1]!.answer()
    asked('s2')[1]!.answer()
    await pass(3_000)
    expect([waiting.status(), reading.status(), reading.body()]).toEqual([undefined, 200, undefined])
    held.setStates({ 'app/s1': state })
    await pass(1_000)
    expect([waiting.status(), reading.body()]).toEqual([502, 'broken'])
    expect(held.lines.at(-1)).toMatchObject({ termination: 'DH', server: 's1', retries: 0 })
    await pass(3_000)
    expect(others.map((client) => client.body())).toEqual([undefined, undefined])
    expect([others[0]!.status(), asked('s2').length]).toEqual([undefined, 2])
    expect(held.tallies.get('server:app/s1')!.current!()).toBe(0)
    expect(held.tallies.get('backend:app')!.current!()).toBe(2)
  })

  it('that goes into drain cuts nothing off', async () => {
    const { held, asked, ask } = await start(servers)
    const [waiting, reading] = [await ask(OWN('s1')), await ask(OWN('s1'))]
    asked('s1')[1]!.answer()
    held.setStates({ 'app/s1': { admin: 'drain' } })
    await pass(5_000)
    expect([waiting.status(), reading.body()]).toEqual([undefined, undefined])
  })
})

describe('a server with on-marked-up shutdown-backup-sessions', () => {
  const servers = {
    s1: { onMarkedUp: 'shutdown-backup-sessions' },
    s2: {},
    spare: { backup: true },
  }

  it('that comes up cuts the backup’s requests off, and no others', async () => {
    const { held, asked, ask } = await start(servers)
    held.setStates({ 'app/s1': DOWN })
    const other = await ask(OWN('s2'))
    const [waiting, reading] = [await ask(OWN('spare')), await ask(OWN('spare'))]
    asked('spare')[1]!.answer()
    asked('s2')[0]!.answer()
    await pass(5_000)
    expect([waiting.status(), reading.body(), other.body()]).toEqual([undefined, undefined, undefined])
    held.setStates({ 'app/s1': UP })
    await pass(1_000)
    expect([waiting.status(), reading.body()]).toEqual([502, 'broken'])
    await pass(5_000)
    expect(other.body()).toBeUndefined()
  })

  it('leaves the backup’s requests alone when it is another server that comes up', async () => {
    const { held, asked, ask } = await start(servers)
    held.setStates({ 'app/s1': DOWN, 'app/s2': DOWN })
    const client = await ask()
    asked('spare')[0]!.answer()
    await pass()
    held.setStates({ 'app/s2': UP })
    await pass(5_000)
    expect(client.body()).toBeUndefined()
  })

  it('has nothing to cut off at servers that are no backup', async () => {
    const { asked, ask } = await start(servers)
    const clients = [await ask(OWN('s1')), await ask(OWN('s2'))]
    for (const server of ['s1', 's2']) asked(server)[0]!.answer()
    await pass(5_000)
    expect(clients.map((client) => client.body())).toEqual([undefined, undefined])
  })
})

describe('a backend without either', () => {
  it('cuts nothing off', async () => {
    const { held, asked, ask } = await start({ s1: { maxconn: 9 }, spare: { backup: true } })
    const clients = [await ask(OWN('s1')), await ask(OWN('spare'))]
    for (const server of ['s1', 'spare']) asked(server)[0]!.answer()
    await pass()
    held.setStates({ 'app/s1': DOWN })
    await pass(5_000)
    expect(clients.map((client) => client.body())).toEqual([undefined, undefined])
  })

  it('counts nothing as in progress, unless leastconn or a maxconn wants to know', async () => {
    for (const [more, server, counts] of [
      [{}, {}, 0],
      [{ balance: 'leastconn' }, {}, 1],
      [{}, { maxconn: 9 }, 1],
      [{}, { onMarkedDown: 'shutdown-sessions' }, 1],
    ] as const) {
      const { held, asked, ask } = await start({ s1: server, s2: {} }, more)
      await ask(OWN('s1'))
      asked('s1')[0]!.answer()
      await pass()
      expect(held.tallies.get('server:app/s1')!.current!()).toBe(counts)
      expect(held.tallies.get('backend:app')!.current!()).toBe(counts)
    }
  })

  it('leaves a response as it came where nobody needs to know its end', async () => {
    let watched = 0
    const { asked, ask } = await start(
      { s1: {} },
      {},
      {
        whenEnded: (response) => {
          watched += 1
          return { response, cut: () => undefined, passedBytes: () => 0 }
        },
      },
    )
    await ask()
    asked('s1')[0]!.answer()
    await pass()
    expect(watched).toBe(0)
  })
})

describe('a WebSocket that passes through', () => {
  it('has a slot for ten seconds, and counts as in progress for longer', async () => {
    const { held, asked, ask } = await start({ s1: { maxconn: 1 } })
    const client = await ask(OWN('s1'))
    await ask(OWN('s1'))
    asked('s1')[0]!.answerWith(SOCKET)
    await pass(9_000)
    expect([client.status(), asked('s1').length]).toEqual([101, 1])
    await pass(2_000)
    expect(asked('s1').length).toBe(2)
    expect(held.tallies.get('server:app/s1')!.current!()).toBe(2)
    await pass(2_000)
    expect(client.isContextOver()).toBe(true)
  })

  it('holds its request’s context no longer than its slot, if it has one', async () => {
    const { asked, ask } = await start({ s1: {}, s2: {} }, { balance: 'leastconn' })
    const client = await ask(OWN('s1'))
    asked('s1')[0]!.answerWith(SOCKET)
    await pass()
    expect([client.status(), client.isContextOver()]).toEqual([101, true])
  })
})

describe('a WebSocket whose end is seen', () => {
  const relaying = () => {
    const relayed: { close(): void; mustRelay: boolean; wasCut: boolean }[] = []
    const whenClosed = (response: Response, close: () => void, mustRelay: boolean) => {
      const one = { close, mustRelay, wasCut: false }
      relayed.push(one)
      return { response, cut: () => void (one.wasCut = true), passedBytes: () => 0 }
    }
    return { relayed, whenClosed }
  }

  it('has its slot until then', async () => {
    const { relayed, whenClosed } = relaying()
    const { asked, ask } = await start({ s1: { maxconn: 1 } }, {}, { whenClosed })
    await ask(OWN('s1'))
    await ask(OWN('s1'))
    asked('s1')[0]!.answerWith(SOCKET)
    await pass(60_000)
    expect(asked('s1').length).toBe(1)
    relayed[0]!.close()
    await pass()
    expect(asked('s1').length).toBe(2)
  })

  it('must be relayed only where its server may have to cut it off', async () => {
    for (const [servers, expected] of [
      [{ s1: { onMarkedDown: 'shutdown-sessions' }, s2: {}, b1: { backup: true } }, [true, false, false]],
      [{ s1: { onMarkedUp: 'shutdown-backup-sessions' }, s2: {}, b1: { backup: true } }, [false, false, true]],
      [{ s1: { maxconn: 9 }, s2: { maxconn: 9 }, b1: { maxconn: 9, backup: true } }, [false, false, false]],
    ] as const) {
      const { relayed, whenClosed } = relaying()
      const { asked, ask } = await start(servers, {}, { whenClosed })
      for (const server of ['s1', 's2', 'b1']) {
        await ask(OWN(server))
        asked(server)[0]!.answerWith(SOCKET)
        await pass()
      }
      expect(relayed.map(({ mustRelay }) => mustRelay)).toEqual(expected)
    }
  })

  it('looks around no more once it has closed', async () => {
    const { relayed, whenClosed } = relaying()
    const { held, asked, ask } = await start({ s1: { onMarkedDown: 'shutdown-sessions' } }, {}, { whenClosed })
    await ask(OWN('s1'))
    asked('s1')[0]!.answerWith(SOCKET)
    await pass()
    relayed[0]!.close()
    held.setStates({ 'app/s1': DOWN })
    await pass(5_000)
    expect(relayed[0]!.wasCut).toBe(false)
  })
})

it('an answer without a body leaves no timer that would look after its slot', async () => {
  const { asked, ask } = await start({ s1: { maxconn: 2, onMarkedDown: 'shutdown-sessions' } })
  const client = await ask({ method: 'HEAD' })
  asked('s1')[0]!.answerWith(new Response(null, { status: 204 }))
  await pass(60_000)
  expect(client.status()).toBe(204)
  expect(vi.getTimerCount()).toBe(0)
})
