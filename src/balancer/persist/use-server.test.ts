// Which server a request belongs to before balance is asked: use-server, force-persist, ignore-persist and the cookie, in HAProxy's order.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { asking } from '../dispatch/testing.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: 1_800_000_000_000 }))
afterEach(() => void vi.useRealTimers())

const DOWN = { health: 'down' } as const
const RULES = {
  useServer: [
    { if: { pathBeg: '/third' }, server: 's3' },
    { if: { pathBeg: '/' }, server: 's2' },
  ],
}
const FORCE = { persistRules: [{ if: { pathEnd: '/force' }, do: 'force' }] }
const IGNORE = { persistRules: [{ if: { pathEnd: '/ignore' }, do: 'ignore' }] }

const to = (path: string, server?: string) =>
  new Request(`http://www.example.com${path}`, server === undefined ? {} : { headers: { cookie: `SRV=${server}` } })

async function start(backend: object, ...down: readonly string[]) {
  const { held, ask } = await asking(backend)
  if (down.length > 0) held.setStates(Object.fromEntries(down.map((server) => [`app/${server}`, DOWN])))
  return async (request: Request) => {
    const { sent, headers } = await ask(request)
    const { verdict } = held.lines.at(-1)!
    return { sent, verdict, cookie: headers.get('set-cookie')?.split(';')[0] ?? null }
  }
}

describe('use-server', () => {
  it('is the first rule that holds and whose server can be used', async () => {
    const ask = await start(RULES)
    expect([(await ask(to('/third'))).sent, (await ask(to('/x'))).sent]).toEqual(['s3', 's2'])
    const without = await start(RULES, 's3')
    expect((await without(to('/third'))).sent).toBe('s2')
  })

  it('leaves a client to its cookie, then to balance, where no server of a rule can be used', async () => {
    const ask = await start(RULES, 's2', 's3')
    expect(await ask(to('/x', 's1'))).toEqual({ sent: 's1', verdict: 'VN', cookie: null })
    expect(await ask(to('/x'))).toEqual({ sent: 's1', verdict: 'NI', cookie: 'SRV=s1' })
  })

  it('comes before the cookie, which is noted as unused', async () => {
    const ask = await start(RULES)
    expect(await ask(to('/x', 's1'))).toMatchObject({ sent: 's2', verdict: expect.stringMatching(/^U/) })
    expect(await ask(to('/x'))).toMatchObject({ sent: 's2', verdict: expect.stringMatching(/^N/) })
  })

  it.each([
    ['option persist', { persist: true }, '/third'],
    ['force-persist', FORCE, '/third/force'],
  ])('takes a server that is down under %s', async (_, more, path) => {
    const ask = await start({ ...RULES, ...more, retries: 0 }, 's3')
    expect((await ask(to(path))).sent).toBe('s3')
  })
})

describe('force-persist', () => {
  it('sends a client to its server that is down, and nobody where its condition does not hold', async () => {
    const ask = await start(FORCE, 's2')
    expect(await ask(to('/force', 's2'))).toMatchObject({ sent: 's2', verdict: 'DN' })
    expect((await ask(to('/', 's2'))).sent).toBe('s1')
  })
})

describe('ignore-persist', () => {
  it('neither reads nor writes a cookie, and leaves use-server alone', async () => {
    const ask = await start(IGNORE)
    expect(await ask(to('/ignore', 's3'))).toEqual({ sent: 's1', verdict: 'UN', cookie: null })
    expect(await ask(to('/ignore'))).toEqual({ sent: 's2', verdict: 'NN', cookie: null })
    expect(await ask(to('/', 's3'))).toMatchObject({ sent: 's3', verdict: 'VN' })
    const used = await start({ ...RULES, ...IGNORE })
    expect(await used(to('/third/ignore', 's1'))).toEqual({ sent: 's3', verdict: 'UN', cookie: null })
  })
})

it('a backend without a cookie asks its rules alone', async () => {
  const ask = await start({ ...RULES, cookie: undefined })
  expect(await ask(to('/third', 's1'))).toEqual({ sent: 's3', verdict: '--', cookie: null })
})

it('servers of one cookie value are one for their clients: the first that can be used', async () => {
  const servers = ['s1', 's2', 's3'].map((name) => ({
    name,
    url: `http://${name}.example`,
    cookie: name === 's1' ? 'a' : 'b',
  }))
  const ask = await start({ servers })
  expect((await ask(to('/', 'b'))).sent).toBe('s2')
  const without = await start({ servers }, 's2')
  expect((await without(to('/', 'b'))).sent).toBe('s3')
})
