// Whom Cloudflare Access has let through, by keys that this machine publishes in its place.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { expect, it, onTestFinished, vi } from 'vitest'

import { createAccess } from './access.ts'

const AUDIENCE = 'the-audience-of-this-application'

/** `nowMs` is what the log goes by; a token's own times are by the machine's clock. */
async function start() {
  const pair = await generateKeyPair('RS256', { extractable: true })
  const stranger = await generateKeyPair('RS256', { extractable: true })
  const keys = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }] }
  let fetches = 0
  const server = createServer((request, response) => {
    fetches += 1
    response.writeHead(request.url === '/cdn-cgi/access/certs' ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(keys))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const lines: string[] = []
  const spy = vi.spyOn(console, 'error').mockImplementation((line: string) => void lines.push(line))
  onTestFinished(() => {
    spy.mockRestore()
    server.close()
  })
  const team = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  let nowMs = 0
  const access = createAccess(
    { team, audience: AUDIENCE },
    () => nowMs,
    () => import('./jwt.ts'),
  )
  const sign = (claims: Record<string, unknown>, more: { issuer?: string; audience?: string; ends?: string } = {}) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .setIssuer(more.issuer ?? team)
      .setAudience(more.audience ?? AUDIENCE)
      .setExpirationTime(more.ends ?? '1h')
  return {
    lines,
    fetches: () => fetches,
    pass: (ms: number) => void (nowMs += ms),
    ask: (token?: string) =>
      access(
        new Request('https://www.example.com/', {
          headers: token === undefined ? {} : { 'cf-access-jwt-assertion': token },
        }),
      ),
    signed: (...given: Parameters<typeof sign>) => sign(...given).sign(pair.privateKey),
    forged: (...given: Parameters<typeof sign>) => sign(...given).sign(stranger.privateKey),
  }
}

it('whom it names is let in as an admin: a person by his address, a service by its name', async () => {
  const { ask, signed, lines } = await start()
  expect(await ask(await signed({ email: 'ann@example.com' }))).toEqual({ who: 'ann@example.com', level: 'admin' })
  expect(await ask(await signed({ common_name: 'deploy' }))).toEqual({ who: 'deploy', level: 'admin' })
  const both = { email: 'ann@example.com', common_name: 'deploy' }
  expect(await ask(await signed(both))).toMatchObject({ who: 'ann@example.com' })
  expect(await ask(await signed({ email: 5 }))).toEqual({ who: 'access', level: 'admin' })
  expect(await ask(await signed({}))).toEqual({ who: 'access', level: 'admin' })
  expect(lines).toEqual([])
})

it('a token of another application, team or key, or one that is over, is worth nothing', async () => {
  const { ask, signed, forged } = await start()
  const ann = { email: 'ann@example.com' }
  const none = `${btoa('{"alg":"none"}').replaceAll('=', '')}.${(await signed(ann)).split('.')[1]}.`
  for (const token of [
    await signed(ann, { audience: 'another' }),
    await signed(ann, { issuer: 'https://evil.cloudflareaccess.com' }),
    await signed(ann, { ends: '-1h' }),
    await forged(ann),
    none,
    'nonsense',
    '',
  ]) {
    expect([token, await ask(token)]).toEqual([token, undefined])
  }
})

it('without a token nothing is asked, and nothing said', async () => {
  const { ask, lines, fetches } = await start()
  expect(await ask()).toBeUndefined()
  expect([lines, fetches()]).toEqual([[], 0])
})

it('a refusal is logged once, and again after a minute without any', async () => {
  const { ask, lines, pass } = await start()
  await ask('nonsense')
  await ask('nonsense')
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { event: 'access-refused', problem: expect.stringContaining('JWS') },
  ])
  pass(60_000)
  await ask('nonsense')
  expect(lines).toHaveLength(1)
  pass(60_001)
  await ask('nonsense')
  expect(lines).toHaveLength(2)
})
