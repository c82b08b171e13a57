import { describe, expect, it } from 'vitest'

import { resolveConfig } from '../config/resolve.ts'
import type { LimpetConfig } from '../config/options/root.ts'
import { createCodecs } from './create-codecs.ts'
import { haproxyFormat, haproxyUndated } from './haproxy-format.ts'
import { importCookieKeys } from './sealed.ts'
import { opened } from './testing.ts'

const DATES = { lastS: 1_795_217_064, firstS: null }

async function codecsOf(backend: Partial<LimpetConfig['backends'][number]>, cookieName: string | undefined = 'SRV') {
  const config = resolveConfig({
    backends: [{ name: 'app', cookie: { name: 'SRV' }, servers: [{ name: 's1', url: 'http://s1' }], ...backend }],
  })
  return createCodecs(config.backends[0]!, cookieName, await importCookieKeys('a-key-for-the-test-suites'))
}

describe('the sealed cookie of a backend and a server that were renamed', () => {
  const servers = [{ name: 'app1', url: 'http://s1', formerly: ['web1', 's1'] }]

  it.each(['app', 'shop', 'store'])('is opened when it was sealed as %s', async (name) => {
    const [before] = await codecsOf({ name })
    const codecs = await codecsOf({ name: 'app', formerly: ['store', 'shop'], servers })
    for (const dates of [DATES, { lastS: null, firstS: null }]) {
      const value = await before!.encode('s1', dates)
      const found = await Promise.all(codecs.map((codec) => opened(codec, value)))
      expect(found.filter((each) => each !== undefined)).toEqual([{ serverCookie: 's1', dates, format: 'sealed' }])
    }
  })

  it('is written under today’s names', async () => {
    const [renamed] = await codecsOf({ name: 'app', formerly: ['shop'], servers })
    const [today] = await codecsOf({ name: 'app', servers: [{ name: 'app1', url: 'http://s1' }] })
    expect(await renamed!.encode('app1', DATES)).toBe(await today!.encode('app1', DATES))
  })

  it('of any other backend is still none of ours', async () => {
    const [other] = await codecsOf({ name: 'other' })
    const codecs = await codecsOf({ name: 'app', formerly: ['shop'], servers })
    const value = await other!.encode('s1', DATES)
    expect(await Promise.all(codecs.map((codec) => opened(codec, value)))).toEqual([undefined, undefined])
  })

  it('costs nothing where nobody was renamed: one codec for each format', async () => {
    expect(await codecsOf({ cookie: { name: 'SRV', accept: ['haproxy'] } })).toHaveLength(2)
  })
})

describe('the cookies of a backend', () => {
  it.each([
    ['insert', haproxyFormat],
    ['rewrite', haproxyFormat],
    ['prefix', haproxyUndated],
  ] as const)("are HAProxy's in mode %s where they are to be", async (mode, codec) => {
    const [first, ...others] = await codecsOf({ cookie: { name: 'SRV', mode, format: 'haproxy', accept: ['haproxy'] } })
    expect(first).toBe(codec)
    expect(others).toEqual([])
  })

  it('are none without a cookie, or without its name', async () => {
    const config = resolveConfig({ backends: [{ name: 'app', servers: [{ name: 's1', url: 'http://s1' }] }] })
    const keys = await importCookieKeys('a-key-for-the-test-suites')
    expect(await createCodecs(config.backends[0]!, 'SRV', keys)).toEqual([])
    const named = resolveConfig({
      backends: [{ name: 'app', cookie: { name: 'SRV' }, servers: [{ name: 's1', url: 'http://s1' }] }],
    })
    expect(await createCodecs(named.backends[0]!, undefined, keys)).toEqual([])
  })

  it('lead to no server that has none, under no name that it had', async () => {
    const servers = [{ name: 's2', url: 'http://s2', formerly: ['old'] }]
    const [backend] = resolveConfig({ backends: [{ name: 'app', cookie: { name: 'SRV' }, servers }] }).backends
    const keys = await importCookieKeys('a-key-for-the-test-suites')
    const without = { ...backend!, servers: backend!.servers.map((server) => ({ ...server, cookie: null })) }
    const [before] = await createCodecs(backend!, 'SRV', keys)
    const [codec] = await createCodecs(without, 'SRV', keys)
    const value = await before!.encode('old', DATES)
    expect((await opened(before!, value))?.serverCookie).toBe('old')
    expect(await opened(codec!, value)).toBeUndefined()
  })
})
