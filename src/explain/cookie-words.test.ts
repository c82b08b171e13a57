// What is in a cookie, or why it cannot be read: every case, in its sentence.

import { describe, expect, it } from 'vitest'

import { COOKIE_KEY } from '../balancer/testing.ts'
import type { LimpetConfig } from '../config/options/root.ts'
import { configOrThrow } from '../config/validate.ts'
import { createCodecs } from '../persistence/create-codecs.ts'
import type { Dates } from '../persistence/dates.ts'
import { importCookieKeys } from '../persistence/sealed.ts'
import { AT_MS, explained, said } from './testing.ts'

type Backend = LimpetConfig['backends'][number]

const OLD_KEY = 'an-old-key-of-enough-length'
const BOTH = `${COOKIE_KEY},${OLD_KEY}`
const NOW_S = AT_MS / 1000

function site(
  cookie: Partial<Backend['cookie'] & object> = {},
  servers = ['s1', 's2'],
  more: Partial<Backend> = {},
): LimpetConfig {
  const urls = servers.map((name, i) => ({ name, url: `http://10.0.0.${i + 1}:80` }))
  return {
    frontends: [{ name: 'www', defaultBackend: 'app' }],
    backends: [
      { name: 'app', cookie: { name: 'SRV', ...cookie }, servers: urls, ...more },
      { name: 'api', cookie: { name: 'SRV' }, servers: urls },
    ],
  }
}

/** A value that a configuration's backend writes for a server. */
async function written(
  server: string,
  { key = COOKIE_KEY, config = site(), backend = 'app', dates = { lastS: null, firstS: null } as Dates } = {},
): Promise<string> {
  const found = configOrThrow(config, 'serve').backends.find(({ name }) => name === backend)!
  const [codec] = await createCodecs(found, found.cookie!.name, await importCookieKeys(key))
  return codec!.encode(server, dates)
}

async function told(value: string, config = site(), keys = COOKIE_KEY): Promise<string> {
  const facts = { cookieKeys: await importCookieKeys(keys) }
  const [line = ''] = await said('Cookie', config, { headers: { cookie: `SRV=${value}` } }, facts)
  return line.replace(`SRV=${value}: `, '')
}

describe('a sealed cookie', () => {
  it('names its server, and the key that signed it', async () => {
    expect(await told(await written('s2'))).toBe('sealed with the key; names server s2.')
    expect(await told(await written('s2', { key: OLD_KEY }), site(), BOTH)).toBe(
      'sealed with key 2 of 2; names server s2.',
    )
  })

  it('says how old it is, and until when it is valid', async () => {
    const config = site({ maxidle: '30m', maxlife: '8h' })
    const dates = { lastS: NOW_S - 180, firstS: NOW_S - 7_200 }
    expect(await told(await written('s1', { config, dates }), config)).toBe(
      'sealed with the key; names server s1; written 3 minutes ago (2026-11-26T11:57:00.000Z), ' +
        'first seen 2 hours ago (2026-11-26T10:00:00.000Z), valid until 2026-11-26T12:27:00.000Z.',
    )
  })

  it.each([
    ['maxidle', { lastS: NOW_S - 3_600, firstS: NOW_S - 3_600 }, 'maxidle is over'],
    ['maxlife', { lastS: NOW_S - 8, firstS: NOW_S - 90_000 }, 'maxlife is over'],
  ])('may be over by %s', async (_, dates, text) => {
    const config = site({ maxidle: '30m', maxlife: '8h' })
    expect(await told(await written('s1', { config, dates }), config)).toContain(
      `names server s1, but it is no longer valid: ${text};`,
    )
  })

  it('may name a server that cannot be used', async () => {
    const headers = { cookie: `SRV=${await written('s1')}` }
    expect(await said('Cookie', site(), { headers }, { states: { 'app/s1': { health: 'down' } } })).toEqual([
      expect.stringContaining('names server s1, which cannot be used now.'),
    ])
  })

  it('may be genuine and name a server that is gone', async () => {
    const text =
      'sealed with the key; it is genuine, but its server is not in this backend: after a rename, list the former name in formerly.'
    expect(await told(await written('web1', { config: site({}, ['web1']) }))).toBe(text)
    const dated = site({ maxidle: '30m' }, ['web1'])
    const value = await written('web1', { config: dated, dates: { lastS: NOW_S - 8, firstS: null } })
    expect(await told(value)).toContain('it is genuine, but its server is not in this backend')
  })

  it('is found by a former name of its server and its backend', async () => {
    const value = await written('s1')
    const config = site({}, ['new'], {
      name: 'shop',
      formerly: ['app'],
      servers: [{ name: 'new', url: 'http://10.0.0.9:80', formerly: ['s1'] }],
    })
    const renamed = { ...config, frontends: [{ name: 'www', defaultBackend: 'shop' }] }
    expect(await told(value, renamed)).toBe('sealed with the key; names server new.')
  })

  it('may belong to another backend', async () => {
    expect(await told(await written('s2', { backend: 'api' }))).toBe(
      "sealed with the key; it belongs to server s2 of backend api or to another cookie's name, and means nothing here.",
    )
  })

  it.each([
    { lastS: null, firstS: null },
    { lastS: NOW_S - 8, firstS: null },
  ])('may be forged: %j', async (dates) => {
    const config = site({ maxidle: '30m' })
    const value = await written('s2', { config, dates })
    const forged = value.slice(0, -3) + (value.endsWith('AAA') ? 'BBB' : 'AAA')
    expect(await told(forged, config)).toMatch(/^sealed; forged: it names server s2, but its signature is wrong/)
  })

  it('may be signed with another key, which looks like a forgery', async () => {
    expect(await told(await written('s2', { key: OLD_KEY }))).toBe(
      'sealed; no known key has signed it: it was written with another key, or it is forged.',
    )
  })

  it('says what it can without a key', async () => {
    const config = site({ maxidle: '30m' })
    const value = await written('s2', { config, dates: { lastS: NOW_S - 60, firstS: null } })
    expect(await told(value, config, '')).toBe(
      'sealed; the key is not known here, so its server and its signature cannot be told: set LIMPET_COOKIE_KEYS; ' +
        'written 1 minute ago (2026-11-26T11:59:00.000Z), valid until 2026-11-26T12:29:00.000Z.',
    )
  })
})

describe('another value', () => {
  it('may be of no format, or of one that the backend does not accept', async () => {
    expect(await told('nonsense')).toBe("neither sealed nor HAProxy's format; Limpet never writes such a value.")
    expect(await told('s1')).toBe(
      "HAProxy's format; the backend does not accept this format: add accept: ['haproxy'] to its cookie.",
    )
    const haproxy = site({ format: 'haproxy' })
    expect(await told(await written('s1'), haproxy)).toBe(
      "sealed; the backend does not accept this format: add accept: ['sealed'] to its cookie.",
    )
  })

  it('in HAProxy’s format names its server, or one that is gone', async () => {
    const config = site({ format: 'haproxy', maxidle: '30m' })
    expect(await told(await written('s1', { config, dates: { lastS: NOW_S - 60, firstS: null } }), config)).toBe(
      "HAProxy's format; names server s1; written 1 minute ago (2026-11-26T11:59:00.000Z), valid until 2026-11-26T12:29:00.000Z.",
    )
    expect(await told('web7', config)).toBe(
      "HAProxy's format; there is no server web7: after a rename, list the former name in formerly.",
    )
  })

  it('in mode prefix stands before the application’s own', async () => {
    const config = site({ mode: 'prefix', format: 'haproxy' })
    expect(await said('Cookie', config, { headers: { cookie: 'SRV=s2~abc' } })).toEqual([
      "SRV=s2: HAProxy's format; names server s2.",
    ])
  })
})

describe('several cookies', () => {
  it('are told one by one, and the best counts', async () => {
    const good = await written('s1')
    const headers = { cookie: `SRV=nonsense; SRV=${good}` }
    expect(await said('Cookie', site(), { headers })).toEqual([
      "SRV=nonsense: neither sealed nor HAProxy's format; Limpet never writes such a value.",
      `SRV=${good}: sealed with the key; names server s1.`,
      'Of 2, the best counts: valid.',
    ])
  })

  it('may be none, or of no use', async () => {
    expect(await said('Cookie', site(), { headers: { cookie: 'other=1' } })).toEqual(['The request has no cookie SRV.'])
    const config = site({}, ['s1', 's2'], { useServer: [{ server: 's2' }] })
    expect(await said('Cookie', config, { headers: { cookie: `SRV=${await written('s1')}` } })).toEqual([
      expect.stringContaining('names server s1.'),
      'It is not used: a rule has chosen a server already.',
    ])
  })

  it('are judged as the balancer judges them all', async () => {
    const former = site({ formerly: ['OLD'] })
    const value = await written('s2', { config: site({ name: 'OLD' }) })
    const { cookie, choice } = await explained(former, { headers: { cookie: `OLD=${value}` } })
    expect(cookie).toMatchObject({
      verdict: 'valid',
      found: [{ name: 'OLD', server: 's2', problem: null, verdict: 'valid' }],
    })
    expect(choice).toMatchObject({ by: 'cookie', server: 's2' })
  })
})
