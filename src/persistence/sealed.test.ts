import { describe, expect, it } from 'vitest'

import { NO_DATES } from './dates.ts'
import { cookieKeysProblem, createSealed, importCookieKeys } from './sealed.ts'
import { NOW_S, opened } from './testing.ts'

const OLD = 'an-old-key-of-enough-length'
const NEW = 'a-new-key-of-enough-length!'
const SERVERS = ['A', 'B', '10.0.0.5:8080']
const DATED = { lastS: NOW_S, firstS: NOW_S - 400 }

async function codec(keys: string, backend = 'app', cookie = 'SRV', servers = SERVERS) {
  return createSealed(await importCookieKeys(keys), backend, cookie, servers)
}

describe('a sealed value', () => {
  it.each([NO_DATES, { lastS: NOW_S, firstS: null }, DATED])('says again what was sealed: %j', async (dates) => {
    const value = await (await codec(NEW)).encode('A', dates)
    // A fresh codec has nothing memoised.
    expect(await opened(await codec(NEW), value)).toEqual({ serverCookie: 'A', dates, format: 'sealed' })
  })

  it.each([
    { lastS: NOW_S, firstS: NOW_S },
    { lastS: NOW_S, firstS: null },
  ])('is sealed once where many clients have the same dates: %j', async (dates) => {
    const one = await codec(NEW)
    const value = await one.encode('A', dates)
    expect(one.encode('A', dates)).toBe(value)
    expect(one.decode(value)).toEqual({ serverCookie: 'A', dates, format: 'sealed' })
    const other = { lastS: NOW_S, firstS: dates.firstS === null ? NOW_S : null }
    expect(await one.encode('A', other)).not.toBe(value)
  })

  it('with dates of one client is sealed each time, and need not be verified', async () => {
    const one = await codec(NEW)
    const value = await one.encode('A', DATED)
    expect(await one.encode('A', DATED)).toBe(value)
    expect(one.decode(value)).toEqual({ serverCookie: 'A', dates: DATED, format: 'sealed' })
  })

  it('is short, safe in a header, and tells no name or address', async () => {
    for (const server of SERVERS) {
      for (const dates of [NO_DATES, DATED]) {
        const value = await (await codec(NEW)).encode(server, dates)
        expect(value).toMatch(/^[A-Za-z0-9_-]{34,44}$/)
        const bytes = atob(value.replaceAll('-', '+').replaceAll('_', '/'))
        expect(bytes).not.toContain(server.length > 1 ? server : 'app')
      }
    }
  })

  it('has a server id that depends on the key and the backend', async () => {
    const ids = await Promise.all([codec(NEW), codec(OLD), codec(NEW, 'other'), codec(NEW, 'app', 'OTHER')])
    const heads = await Promise.all(ids.map(async (one) => (await one.encode('A', NO_DATES)).slice(0, 12)))
    expect(new Set(heads).size).toBe(4)
  })

  it('is refused with any one character changed, cut or added', async () => {
    for (const dates of [NO_DATES, DATED]) {
      const value = await (await codec(NEW)).encode('A', dates)
      const reader = await codec(NEW)
      for (let i = 0; i < value.length; i++) {
        for (const other of ['A', 'B', 'z', '_', '-', '=', '%']) {
          if (value[i] === other) continue
          expect(await opened(reader, value.slice(0, i) + other + value.slice(i + 1))).toBeUndefined()
        }
        expect(await opened(reader, value.slice(0, i))).toBeUndefined()
      }
      for (const more of ['A', '=', ' ', '|awDWq']) expect(await opened(reader, value + more)).toBeUndefined()
    }
  })

  it.each(['', 'A', 'B', '10.0.0.5:8080', 'A|awDWq', '\u0000', 'é'.repeat(44), 'E'.repeat(8192)])(
    'is not %j',
    async (value) => {
      expect(await opened(await codec(NEW), value)).toBeUndefined()
    },
  )

  it('of one backend or cookie name is nothing to another', async () => {
    const value = await (await codec(NEW)).encode('A', DATED)
    expect(await opened(await codec(NEW, 'other'), value)).toBeUndefined()
    expect(await opened(await codec(NEW, 'app', 'OTHER'), value)).toBeUndefined()
  })

  it('of a server that has left the configuration is refused', async () => {
    const value = await (await codec(NEW)).encode('A', DATED)
    expect(await opened(await codec(NEW, 'app', 'SRV', ['B']), value)).toBeUndefined()
  })
})

describe('keys', () => {
  it('can be replaced without losing a client: the first signs, all verify', async () => {
    const before = await codec(OLD)
    const during = await codec(`${NEW}, ${OLD}`)
    const after = await codec(NEW)
    for (const dates of [NO_DATES, DATED]) {
      const old = await before.encode('B', dates)
      expect((await opened(during, old))?.serverCookie).toBe('B')
      expect(await opened(after, old)).toBeUndefined()
      const fresh = await during.encode('B', dates)
      expect((await opened(after, fresh))?.serverCookie).toBe('B')
      expect(await opened(before, fresh)).toBeUndefined()
    }
  })

  it('must exist and be long enough', () => {
    expect(cookieKeysProblem(undefined)).toContain('openssl rand')
    expect(cookieKeysProblem(undefined)).toContain('.dev.vars')
    expect(cookieKeysProblem(' , ')).toContain('not set')
    expect(cookieKeysProblem('short')).toContain('16 characters')
    expect(cookieKeysProblem(`${NEW},short`)).toContain('16 characters')
    expect(cookieKeysProblem(`${NEW},${OLD}`)).toBeUndefined()
    expect(cookieKeysProblem('0123456789abcde')).toContain('16 characters')
    expect(cookieKeysProblem('0123456789abcdef')).toBeUndefined()
  })

  it('are never given out again', async () => {
    const keys = await importCookieKeys(`${NEW},${OLD}`)
    expect(keys.map(({ extractable }) => extractable)).toEqual([false, false])
  })
})
