import { describe, expect, it } from 'vitest'

import { resolveConfig } from '../config/resolve.ts'
import type { LimpetConfig } from '../config/schema.ts'
import { UNVERIFIED } from './codec.ts'
import type { Codec, Decoded } from './codec.ts'
import { createCodecs } from './create-codecs.ts'
import { importCookieKeys } from './sealed.ts'

const DATES = { lastS: 1_795_217_064, firstS: null }

async function codecsOf(backend: Partial<LimpetConfig['backends'][number]>) {
  const config = resolveConfig({
    backends: [{ name: 'app', cookie: { name: 'SRV' }, servers: [{ name: 's1', url: 'http://s1' }], ...backend }],
  })
  return createCodecs(config.backends[0]!, 'SRV', await importCookieKeys('a-key-for-the-test-suites'))
}

async function openedBy(codec: Codec, value: string): Promise<Decoded | undefined> {
  const decoded = codec.decode(value)
  return decoded === UNVERIFIED ? codec.verify(value) : decoded
}

describe('the sealed cookie of a backend and a server that were renamed', () => {
  const servers = [{ name: 'app1', url: 'http://s1', formerly: ['web1', 's1'] }]

  it.each(['app', 'shop', 'store'])('is opened when it was sealed as %s', async (name) => {
    const [before] = await codecsOf({ name })
    const codecs = await codecsOf({ name: 'app', formerly: ['store', 'shop'], servers })
    for (const dates of [DATES, { lastS: null, firstS: null }]) {
      const value = await before!.encode('s1', dates)
      const opened = await Promise.all(codecs.map((codec) => openedBy(codec, value)))
      expect(opened.filter((each) => each !== undefined)).toEqual([{ serverCookie: 's1', dates, format: 'sealed' }])
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
    expect(await Promise.all(codecs.map((codec) => openedBy(codec, value)))).toEqual([undefined, undefined])
  })

  it('costs nothing where nobody was renamed: one codec for each format', async () => {
    expect(await codecsOf({ cookie: { name: 'SRV', accept: ['haproxy'] } })).toHaveLength(2)
  })
})
