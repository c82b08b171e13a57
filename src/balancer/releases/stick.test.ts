// Stick tables under releases: one table for all of them, whose entries name servers.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import type { StickStore } from '../../persistence/stick-store.ts'
import { answers } from '../testing.ts'
import { NAVIGATES, site } from './testing.ts'
import type { Browser, Got } from './testing.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 }))
afterEach(() => void vi.useRealTimers())

const STICK = {
  cookie: undefined,
  stickTable: { type: 'string', size: 100, expire: '1h', hashKeys: false },
  stick: [{ on: 'req.hdr(x-user)' }],
}
const R2 = { current: 'r2', states: { r1: 'kept' } } as const
const ANN = { 'x-user': 'ann' }
const of = ({ body, release }: Got) => `${body}: ${release}`

/** An API's client: without cookies. */
const api =
  (client: Browser) =>
  async (headers: Readonly<Record<string, string>> = ANN) => {
    client.jar.clear()
    return client.part('/api', headers)
  }

function spied() {
  const stored: string[] = []
  let inner: StickStore | undefined
  const storeOf = (store: StickStore): StickStore => {
    const table = (inner ??= store)
    return {
      match: (key) => table.match(key),
      claim: async (key, target, gone, source) => {
        const answer = await table.claim(key, target, gone, source)
        if (answer?.isNew) stored.push(`${key} ${target.server}`)
        return answer
      },
      store: (key, target, kind, source) => (
        stored.push(`${key} ${target.server}`),
        table.store(key, target, kind, source)
      ),
    }
  }
  return { stored, storeOf }
}

describe('a client without cookies', () => {
  it('stays with the release of its entry, until that has ended', async () => {
    const { stored, storeOf } = spied()
    const { browser, set } = await site(STICK, {}, {}, storeOf)
    const ask = api(browser())
    expect(of(await ask())).toBe('a1: r1 by draw')
    set(R2)
    for (let i = 0; i < 3; i++) expect(of(await ask())).toBe('a1: r1 by server')
    expect(stored).toEqual(['ann a1'])
    set({ current: 'r2', states: { r1: 'ended' } })
    expect(of(await ask())).toBe('b1: r2 by draw')
    expect(stored).toEqual(['ann a1', 'ann b1'])
    set(R2)
    expect(of(await ask())).toBe('b1: r2 by server')
  })

  it('of a server that is down gets another of its release, which is stored', async () => {
    const { browser, set, down } = await site(STICK)
    const ask = api(browser())
    await ask()
    set(R2)
    down('a1')
    const got = await ask()
    expect(got.body).toBe('b1')
  })
})

describe('a client with a pin', () => {
  it('does not use the entry of another release, and does not overwrite it', async () => {
    const { stored, storeOf } = spied()
    const { browser, set } = await site(STICK, { documents: 'current' }, {}, storeOf)
    const client = browser()
    expect((await client.document('/', ANN)).body).toBe('a1')
    set(R2)
    const { body } = await client.document('/', ANN)
    expect(body).toMatch(/^b/)
    // The session that begins there has no entry to find it by.
    for (let i = 0; i < 3; i++) expect(of(await client.part('/api', ANN))).toBe(`${body}: r2 by pin`)
    expect(stored).toEqual(['ann a1'])
    // What is not pinned finds the entry as it was.
    expect(of(await api(browser())())).toBe('a1: r1 by server')
  })

  it('nor when its cookie names a server', async () => {
    const { stored, storeOf } = spied()
    const cookie = { name: 'SRV', format: 'haproxy' }
    const { browser, set } = await site({ ...STICK, cookie }, { documents: 'current' }, {}, storeOf)
    const client = browser()
    await client.document('/', ANN)
    set(R2)
    await client.document('/', ANN)
    for (let i = 0; i < 3; i++)
      expect(await client.part('/api', ANN)).toMatchObject({ verdict: 'VN', release: 'r2 by pin' })
    expect(stored).toEqual(['ann a1'])
  })

  it('gives the answer’s key to the server of its release', async () => {
    const stick = [{ on: 'req.cook(SID)' }, { storeResponse: 'res.cook(SID)' }]
    const { stored, storeOf } = spied()
    const { browser, set, held } = await site({ ...STICK, stick }, { documents: 'current' }, {}, storeOf)
    const client = browser()
    held.servers.set('a1', answers(200, { 'set-cookie': 'SID=one' }, 'a1'))
    await client.document()
    expect(stored).toEqual(['one a1'])
    set(R2)
    for (const name of ['b1', 'b2']) held.servers.set(name, answers(200, { 'set-cookie': 'SID=one' }, name))
    const { body } = await client.document()
    expect(body).toMatch(/^b/)
    expect(stored).toEqual(['one a1', `one ${body}`])
    for (let i = 0; i < 3; i++) expect(of(await client.part())).toBe(`${body}: r2 by pin`)
  })

  it('gets a server of its release when the table cannot be reached', async () => {
    const fails = () => Promise.reject(new Error('no object'))
    const storeOf = () => ({ match: fails, claim: fails, store: fails }) as unknown as StickStore
    const { browser, set } = await site(STICK, {}, {}, storeOf)
    const client = browser()
    await client.document('/', ANN)
    set(R2)
    for (let i = 0; i < 3; i++) expect((await client.part('/api', ANN)).body).toMatch(/^a/)
    expect((await browser('192.0.2.77').document('/', { ...ANN, ...NAVIGATES })).body).toMatch(/^b/)
  })

  it('a turn that was not needed goes to a client of the same release', async () => {
    const { browser, set } = await site(STICK)
    const one = browser()
    await one.document('/', ANN)
    set(R2)
    const two = browser()
    const bodies = []
    for (const user of ['b', 'c', 'd', 'e']) {
      bodies.push((await browser().document('/', { 'x-user': user })).body)
      await one.part('/api', { 'x-user': `${user}-old` })
      await two.document('/', ANN)
    }
    expect(bodies.every((body) => body.startsWith('b'))).toBe(true)
  })
})

it('a status for clients whose server is down is not given for the server of another release', async () => {
  const { browser, set } = await site({ ...STICK, onDown: 503 }, { documents: 'current' })
  const client = browser()
  await client.document('/', ANN)
  set(R2)
  const got = await client.document('/', ANN)
  expect([got.status, got.body]).toEqual([200, expect.stringMatching(/^b/)])
})
