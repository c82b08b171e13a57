// The recipe of docs/rate-limits.md for a limit by session, attacked: a session counts if its cookie is signed and has not ended, every other
// request counts under its address, and all of an address have a limit together.

import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import type { LimpetConfig } from '../config/options/root.ts'
import { toBase64Url } from '../credentials/base64.ts'
import { ARRIVAL, holdBalancer } from './testing.ts'

const SECRET = 'the-secret-of-the-application'
const NOW_S = 1_000
const PER_SESSION = 3
const PER_ADDRESS = 12

const TOKEN = 'req.cook(session)'
const rate = (sc: number, most: number) => ({
  if: { sample: `sc_http_req_rate(${sc})`, match: 'int', values: [`gt ${most}`] },
  do: { deny: { status: 429 } },
})
const table = (type: string) => ({
  stickTable: { type, size: 1_000, expire: '1m', data: ['http_req_rate(10s)'] },
  servers: [],
})
const CONFIG = {
  frontends: [
    {
      name: 'www',
      rules: [
        { do: { setVar: { name: 'txn.now', value: 'date' } } },
        {
          if: {
            all: [
              { sample: `${TOKEN},jwt_verify(HS256,${SECRET})`, match: 'int', values: ['1'] },
              { sample: `${TOKEN},jwt_payload_query($.exp,int),sub(txn.now)`, match: 'int', values: ['gt 0'] },
            ],
          },
          do: { trackSc: { sc: 0, key: `${TOKEN},jwt_payload_query($.sub)`, table: 'per_session' } },
        },
        // Where a session is tracked already, this does nothing.
        { do: { trackSc: { sc: 0, key: 'src', table: 'without_session' } } },
        { do: { trackSc: { sc: 1, key: 'src', table: 'per_address' } } },
        rate(0, PER_SESSION),
        rate(1, PER_ADDRESS),
      ],
      defaultBackend: 'app',
    },
  ],
  backends: [
    { name: 'per_session', ...table('string') },
    { name: 'without_session', ...table('ipv6') },
    { name: 'per_address', ...table('ipv6') },
    { name: 'app', servers: [{ name: 's1', url: 'http://s1.example' }] },
  ],
} as unknown as LimpetConfig

const bytes = (text: string) => new TextEncoder().encode(text)
const part = (value: object) => toBase64Url(bytes(JSON.stringify(value)))
function session(sub: string, { secret = SECRET, exp = NOW_S + 60, alg = 'HS256' } = {}): string {
  const text = `${part({ alg, typ: 'JWT' })}.${part({ sub, exp })}`
  return `${text}.${toBase64Url(hmac(sha256, bytes(secret), bytes(text)))}`
}

beforeEach(() => void vi.useFakeTimers({ now: NOW_S * 1_000 }))
afterEach(() => void vi.useRealTimers())

/** How many of the requests were let through. Undefined: without a cookie. */
async function letThrough(
  held: Awaited<ReturnType<typeof holdBalancer>>,
  cookies: readonly (string | undefined)[],
  peerAddress = '192.0.2.1',
): Promise<number> {
  let passed = 0
  for (const value of cookies) {
    const headers = value === undefined ? {} : { cookie: `session=${value}` }
    const response = await held.handle(new Request('http://www.example/', { headers }), { ...ARRIVAL, peerAddress })
    if (response.status === 200) passed += 1
  }
  return passed
}
const times = (count: number, of: (i: number) => string | undefined) => Array.from({ length: count }, (_, i) => of(i))

it('sessions of one address have a limit each', async () => {
  const held = await holdBalancer(CONFIG)
  expect(
    await letThrough(
      held,
      times(5, () => session('ann')),
    ),
  ).toBe(PER_SESSION)
  expect(
    await letThrough(
      held,
      times(5, () => session('bob')),
    ),
  ).toBe(PER_SESSION)
})

it('a session has one limit, whatever addresses it comes from', async () => {
  const held = await holdBalancer(CONFIG)
  expect(
    await letThrough(
      held,
      times(2, () => session('ann')),
    ),
  ).toBe(2)
  expect(
    await letThrough(
      held,
      times(2, () => session('ann', { exp: NOW_S + 90 })),
      '192.0.2.2',
    ),
  ).toBe(1)
})

it.each<[string, (i: number) => string | undefined]>([
  ['that drops its cookie', () => undefined],
  ['that makes up a cookie for each request', (i) => `made-up-${i}`],
  ['that signs cookies with a secret of its own', (i) => session(`user ${i}`, { secret: 'another' })],
  [
    'that says that its cookie needs no signature',
    (i) => `${part({ alg: 'none' })}.${part({ sub: `user ${i}`, exp: 9e9 })}.`,
  ],
  ['that brings cookies that have ended', (i) => session(`user ${i}`, { exp: NOW_S - 1 })],
  ['that drops its cookie now and then', (i) => [undefined, 'x', ''][i % 3]],
])('a client %s counts under its address', async (_, cookieOf) => {
  const held = await holdBalancer(CONFIG)
  expect(await letThrough(held, times(40, cookieOf))).toBe(PER_SESSION)
  expect(await letThrough(held, [undefined], '192.0.2.2')).toBe(1)
})

it('a client that collects many sessions has the limit of its address', async () => {
  const held = await holdBalancer(CONFIG)
  expect(
    await letThrough(
      held,
      times(40, (i) => session(`user ${i}`)),
    ),
  ).toBe(PER_ADDRESS)
})

it('nobody but who has the cookie counts for a session: not by its name, and not by an address as a name', async () => {
  const held = await holdBalancer(CONFIG)
  const forged = times(12, () => session('ann', { secret: 'another' }))
  await letThrough(held, forged, '192.0.2.66')
  expect(
    await letThrough(
      held,
      times(3, () => session('ann')),
    ),
  ).toBe(3)
  // A user whose name is somebody's address.
  await letThrough(
    held,
    times(9, () => session('192.0.2.7')),
    '192.0.2.66',
  )
  expect(
    await letThrough(
      held,
      times(3, () => undefined),
      '192.0.2.7',
    ),
  ).toBe(3)
})

it('a session that is stolen is burnt, as its key is in HAProxy, and no other', async () => {
  const held = await holdBalancer(CONFIG)
  await letThrough(
    held,
    times(9, () => session('ann')),
    '192.0.2.66',
  )
  expect(await letThrough(held, [session('ann')])).toBe(0)
  expect(await letThrough(held, [session('bob'), undefined])).toBe(2)
})

it('Limpet’s own cookie would be no session: clients of one server have the same', async () => {
  const held = await holdBalancer({
    backends: [{ name: 'app', cookie: { name: 'SRV' }, servers: [{ name: 's1', url: 'http://s1.example' }] }],
  })
  const cookieFor = async (peerAddress: string) => {
    const response = await held.handle(new Request('http://www.example/'), { ...ARRIVAL, peerAddress })
    return response.headers.get('set-cookie')
  }
  expect(await cookieFor('192.0.2.1')).toMatch(/^SRV=/)
  expect(await cookieFor('192.0.2.1')).toBe(await cookieFor('192.0.2.2'))
})
