// Which tokens are worth something. The signatures are jose's.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { JWK } from 'jose'
import { describe, expect, it, onTestFinished, vi } from 'vitest'

import { createJwtVerify } from './jwt.ts'

const ISSUER = 'https://team.cloudflareaccess.com'
const AUDIENCE = 'an-application'
const HOUR_S = 3_600

const pairs = await Promise.all([1, 2].map(() => generateKeyPair('RS256', { extractable: true })))
const small = await crypto.subtle.generateKey(
  { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 1024, publicExponent: Uint8Array.of(1, 0, 1) },
  true,
  ['sign', 'verify'],
)
const [first, second, weak] = await Promise.all([
  ...pairs.map(({ publicKey }) => exportJWK(publicKey)),
  exportJWK(small.publicKey),
])

async function start(keys: () => readonly JWK[] = () => [{ ...first, kid: 'k1' }]) {
  vi.useFakeTimers({ toFake: ['Date'] })
  let fetches = 0
  let status = 200
  const server = createServer((_, response) => {
    fetches += 1
    response.writeHead(status, { location: '/elsewhere' }).end(JSON.stringify({ keys: keys() }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    vi.useRealTimers()
    server.close()
  })
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  const verify = createJwtVerify(url, ISSUER, AUDIENCE)
  return {
    /** Its claims, or what is wrong with it. */
    verdict: (token: string) => verify(token).catch(({ message }: Error) => message),
    fetches: () => fetches,
    answer: (with_: number) => void (status = with_),
    pass: (ms: number) => vi.setSystemTime(Date.now() + ms),
  }
}

const nowS = () => Math.floor(Date.now() / 1000)
const good = () => ({ iss: ISSUER, aud: AUDIENCE, exp: nowS() + HOUR_S, email: 'ann@example.com' })
const sign = (claims: object, header: object = {}, key: CryptoKey = pairs[0]!.privateKey) =>
  new SignJWT({ ...claims }).setProtectedHeader({ alg: 'RS256', kid: 'k1', ...header }).sign(key)
const text = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

it('a token for this audience returns its claims', async () => {
  const { verdict } = await start()
  expect(await verdict(await sign(good()))).toMatchObject({ email: 'ann@example.com' })
  expect(await verdict(await sign({ ...good(), aud: ['another', AUDIENCE] }))).toMatchObject({ iss: ISSUER })
  expect(await verdict(await sign({ ...good(), nbf: nowS() }))).toMatchObject({ iss: ISSUER })
})

describe('refuses', () => {
  it.each<[string, () => object, string]>([
    ['another issuer', () => ({ iss: `${ISSUER}.evil.example` }), 'the token is of another issuer'],
    ['no issuer', () => ({ iss: undefined }), 'the token is of another issuer'],
    ['another audience', () => ({ aud: 'another' }), 'the token is for another audience'],
    ['audiences without this', () => ({ aud: ['a', 'b'] }), 'the token is for another audience'],
    ['no audience', () => ({ aud: undefined }), 'the token is for another audience'],
    ['a time that is over', () => ({ exp: nowS() }), 'the token is over'],
    ['no time at which it is over', () => ({ exp: undefined }), 'the token is over'],
    ['a time that is no number', () => ({ nbf: '0' }), 'the token does not hold yet'],
    ['a time to come', () => ({ nbf: nowS() + 1 }), 'the token does not hold yet'],
  ])('%s', async (_, claims, problem) => {
    const { verdict } = await start()
    // Not SignJWT's claims: it would refuse some of them itself.
    const signed = `${text({ alg: 'RS256', kid: 'k1' })}.${text({ ...good(), ...claims() })}`
    const signature = await crypto.subtle.sign(
      'RSASSA-PKCS1-v1_5',
      pairs[0]!.privateKey,
      new TextEncoder().encode(signed),
    )
    expect(await verdict(`${signed}.${Buffer.from(signature).toString('base64url')}`)).toBe(problem)
  })

  it('the signature of another key, and a payload that was exchanged', async () => {
    const { verdict } = await start()
    const problem = 'the signature of the token is wrong'
    expect(await verdict(await sign(good(), {}, pairs[1]!.privateKey))).toBe(problem)
    const [header, , signature] = (await sign(good())).split('.')
    expect(await verdict(`${header}.${text({ ...good(), email: 'eve@example.com' })}.${signature}`)).toBe(problem)
    expect(await verdict(`${header}.${text(good())}.`)).toBe(problem)
  })

  it('other algorithms: none at all, and the public key as a secret that is shared', async () => {
    const { verdict } = await start()
    const problem = 'the token is not signed by RS256'
    expect(await verdict(`${text({ alg: 'none', kid: 'k1' })}.${text(good())}.`)).toBe(problem)
    const secret = new TextEncoder().encode(JSON.stringify(first))
    const shared = new SignJWT(good()).setProtectedHeader({ alg: 'HS256', kid: 'k1' }).sign(secret)
    expect(await verdict(await shared)).toBe(problem)
    expect(await verdict(`${text({ kid: 'k1' })}.${text(good())}.`)).toBe(problem)
  })

  it('extensions that it would have to understand', async () => {
    const { verdict } = await start()
    const header = text({ alg: 'RS256', kid: 'k1', crit: ['b64'], b64: false })
    expect(await verdict(`${header}.${text(good())}.AAAA`)).toBe('the token has critical extensions')
  })

  it('what is no token', async () => {
    const { verdict, fetches } = await start()
    const whole = await sign(good())
    for (const token of ['', 'nonsense', 'a.b', `${whole}.x`, whole.split('.').slice(0, 2).join('.'), '..']) {
      expect([token, await verdict(token)]).toEqual([token, expect.any(String)])
    }
    for (const header of [null, [], 'RS256', 5])
      expect(await verdict(`${text(header)}.e30.AA`)).toBe('not a signed token')
    expect(await verdict(`${whole} `)).toBe('not a signed token')
    // None of them made it ask for keys.
    expect(fetches()).toBe(0)
  })
})

describe('keys', () => {
  const unknown = 'the token names a key that the team does not have'

  it('are asked for once in ten minutes', async () => {
    const { verdict, fetches, pass } = await start()
    for (let i = 0; i < 3; i++) expect(await verdict(await sign(good()))).toMatchObject({ iss: ISSUER })
    expect(fetches()).toBe(1)
    pass(600_001)
    expect(await verdict(await sign(good()))).toMatchObject({ iss: ISSUER })
    expect(fetches()).toBe(2)
  })

  it('are asked for again when one is not known, at most twice a minute', async () => {
    let keys: JWK[] = [{ ...first, kid: 'k1' }]
    const { verdict, fetches, pass } = await start(() => keys)
    const next = () => sign(good(), { kid: 'k2' }, pairs[1]!.privateKey)
    for (let i = 0; i < 5; i++) expect(await verdict(await next())).toBe(unknown)
    expect(fetches()).toBe(1)
    keys = [{ ...second, kid: 'k2' }]
    pass(30_001)
    expect(await verdict(await next())).toMatchObject({ iss: ISSUER })
    // The one before is withdrawn.
    expect(await verdict(await sign(good()))).toBe(unknown)
    expect(fetches()).toBe(2)
  })

  it.each<[string, object]>([
    ['for encryption', { use: 'enc' }],
    ['of another algorithm', { alg: 'RS512' }],
    ['that is broken', { n: '!' }],
    ['of 1,024 bits', { ...weak }],
    ['of another kind', { kty: 'oct', k: 'AAAA' }],
    ['without a name', { kid: undefined }],
  ])('one %s is not used', async (_, more) => {
    const { verdict } = await start(() => [{ ...first, kid: 'k1', ...more }])
    const by = 'n' in more && more.n === weak!.n ? small.privateKey : pairs[0]!.privateKey
    const header = text({ alg: 'RS256', kid: 'k1' })
    const signed = new TextEncoder().encode(`${header}.${text(good())}`)
    const signature = Buffer.from(await crypto.subtle.sign('RSASSA-PKCS1-v1_5', by, signed)).toString('base64url')
    expect(await verdict(`${header}.${text(good())}.${signature}`)).toBe(unknown)
  })

  it('no token is let in while there are none', async () => {
    const { verdict, answer } = await start()
    for (const status of [500, 302]) {
      answer(status)
      expect(await verdict(await sign(good()))).toMatch(new RegExp(`answers ${status}$`))
    }
    answer(200)
    expect(await verdict(await sign(good()))).toMatchObject({ iss: ISSUER })
  })

  it('a token without the name of a key is refused', async () => {
    const { verdict } = await start()
    expect(await verdict(await sign(good(), { kid: undefined }))).toBe('the token does not name its key')
  })
})
