// Who may operate the balancer: named tokens, whoever Cloudflare Access let through, and no other site in their name.

import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { expect, it, onTestFinished } from 'vitest'

import { exchange, spawnServe, startLimpet, startOrigins, temporaryDirectory, TOKEN, until } from './harness.ts'
import type { Ask } from './harness.ts'

async function start(admin: object = {}, token = TOKEN) {
  const origins = await startOrigins(1)
  const { url, stderr } = await startLimpet(
    { admin, backends: [{ name: 'app', servers: origins.map(({ name, url: own }) => ({ name, url: own })) }] },
    { environment: { LIMPET_ADMIN_TOKEN: token } },
  )
  const command = (line: string, headers: Record<string, string>) =>
    exchange(`${url}/.limpet/command`, { method: 'POST', headers, body: line })
  return { url, command, stderr }
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const basic = (name: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
})

it('tells tokens apart by their names, and records who did what', async () => {
  const { url, command } = await start({}, 'ann:first-secret-of-ann, bob:second-secret-of-bob,third-secret-of-all')
  expect((await command('set weight app/s1 5', bearer('first-secret-of-ann'))).status).toBe(200)
  const patched = await exchange(`${url}/.limpet/servers/app/s1`, {
    method: 'PATCH',
    headers: { ...bearer('second-secret-of-bob'), 'content-type': 'application/json' },
    body: '{"weight":6}',
  })
  expect(patched.status).toBe(200)
  await command('set weight app/s1 7', basic('anybody', 'third-secret-of-all'))
  const events = (await command('show events', bearer('first-secret-of-ann'))).body.trim().split('\n')
  expect(events.map((line) => /by (\w+)\)$/.exec(line)?.[1])).toEqual(['anybody', 'bob', 'ann'])
  for (const wrong of [
    'ann:first-secret-of-ann',
    'ann',
    'first-secret-of-ann,',
    'second-secret-of-bob,third-secret-of-all',
    '',
  ]) {
    expect([wrong, (await command('show info', bearer(wrong))).status]).toEqual([wrong, 401])
  }
})

it('lets a token of level user look, and change nothing', async () => {
  const { url, command } = await start(
    {},
    'prometheus/user:only-looks-at-it,night/operator:the-night-shift-x,ann:all-of-it-for-ann',
  )
  const metrics = await exchange(`${url}/.limpet/metrics`, { headers: bearer('only-looks-at-it') })
  expect([metrics.status, metrics.body.includes('haproxy_server_status')]).toEqual([200, true])
  expect((await command('show stat', bearer('only-looks-at-it'))).body).toContain('app,s1,')
  const denied = 'Permission denied\n'
  for (const [line, ...tokens] of [
    ['disable server app/s1', 'only-looks-at-it', 'the-night-shift-x'],
    ['set weight app/s1 0', 'only-looks-at-it', 'the-night-shift-x'],
    ['clear counters all', 'only-looks-at-it', 'the-night-shift-x'],
    ['show events', 'only-looks-at-it'],
  ] as const) {
    for (const token of tokens)
      expect([line, (await command(line, bearer(token))).body.trim()]).toEqual([line, denied.trim()])
  }
  expect((await command('show events', bearer('the-night-shift-x'))).body.trim()).toBe('')
  const patched = await exchange(`${url}/.limpet/servers/app/s1`, {
    method: 'PATCH',
    headers: { ...bearer('only-looks-at-it'), 'content-type': 'application/json' },
    body: '{"weight":6}',
  })
  expect([patched.status, patched.body]).toEqual([403, '{"error":"this token has level user, and this needs admin"}'])
  const page = await exchange(`${url}/.limpet/stats`, { headers: basic('x', 'only-looks-at-it') })
  expect([page.status, page.body.includes('type="checkbox"')]).toEqual([200, false])
  const posted = await exchange(`${url}/.limpet/stats`, {
    method: 'POST',
    headers: { ...basic('x', 'only-looks-at-it'), 'content-type': 'application/x-www-form-urlencoded' },
    body: 's=s1&b=app&action=maint',
  })
  expect(posted.headers['location']).toMatch(/;st=DENY$/)
  expect((await command('get weight app/s1', bearer('all-of-it-for-ann'))).body).toContain('1 (initial 1)')
  expect((await command('show servers state', bearer('all-of-it-for-ann'))).body).toMatch(/ s1 127\.0\.0\.1 2 0 /)
})

it('a level that is none is said before anything starts', async () => {
  const file = join(temporaryDirectory(), 'limpet.config.json')
  writeFileSync(file, '{"backends":[{"name":"app","servers":[{"name":"s1","url":"http://127.0.0.1:9"}]}]}')
  const serving = spawnServe([file], { environment: { LIMPET_ADMIN_TOKEN: 'ann/viewer:SECRET-SECRET-SECRET' } })
  expect(await serving.ended).toBe(1)
  expect(serving.stderr()).toBe("LIMPET_ADMIN_TOKEN: ann's level 'viewer' must be one of: user, operator, admin\n")
})

it('does nothing that another site makes an operator’s browser ask for', async () => {
  const { url, command } = await start()
  const signedIn = basic('admin', TOKEN)
  for (const from of [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { referer: 'https://evil.example/page' },
  ]) {
    expect([from, (await command('disable server app/s1', { ...signedIn, ...from })).status]).toEqual([from, 403])
  }
  expect((await command('show servers state', signedIn)).body).toMatch(/ s1 127\.0\.0\.1 2 0 /)
  expect(
    (await command('disable server app/s1', { ...signedIn, origin: url, 'sec-fetch-site': 'same-origin' })).status,
  ).toBe(200)
})

it('lets in whom Cloudflare Access has let through', async () => {
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const stranger = await generateKeyPair('RS256')
  let asked = 0
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }] }
  const team = createServer((request, response) => {
    asked += 1
    response.writeHead(request.url === '/cdn-cgi/access/certs' ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(keys))
  })
  await new Promise<void>((resolve) => team.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void team.close())
  const teamUrl = `http://127.0.0.1:${(team.address() as AddressInfo).port}`
  const { url, command, stderr } = await start({ access: { team: teamUrl, audience: 'the-application' } })

  const signed = (claims: object = {}, key = privateKey, expires = '5m') =>
    new SignJWT({ email: 'ann@example.com', ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .setIssuer(teamUrl)
      .setAudience('the-application')
      .setExpirationTime(expires)
      .sign(key)
  const assertion = async (token: Promise<string> | string): Promise<NonNullable<Ask['headers']>> => ({
    'cf-access-jwt-assertion': await token,
  })

  const good = (await assertion(signed())) as Record<string, string>
  expect((await command('set weight app/s1 9', good)).status).toBe(200)
  expect((await command('show events', good)).body).toMatch(/by ann@example\.com\)$/m)
  const page = await exchange(`${url}/.limpet/stats`, { headers: good })
  expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
  const [many] = await Promise.all(Array.from({ length: 8 }, () => command('show info', good)))
  expect(many!.status).toBe(200)
  expect(asked).toBe(1)

  // Access's cookie comes along with what another site asks for.
  expect((await command('disable server app/s1', { ...good, 'sec-fetch-site': 'cross-site' })).status).toBe(403)
  for (const [why, token] of Object.entries({
    'signed by another': signed({}, stranger.privateKey),
    'for another application': signed({ aud: 'other' }).then(() =>
      new SignJWT({})
        .setProtectedHeader({ alg: 'RS256', kid: 'one' })
        .setIssuer(teamUrl)
        .setAudience('other')
        .setExpirationTime('5m')
        .sign(privateKey),
    ),
    'of another team': new SignJWT({})
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .setIssuer('https://other.example')
      .setAudience('the-application')
      .setExpirationTime('5m')
      .sign(privateKey),
    'long over': signed({}, privateKey, '-1m'),
    'signed by nobody': `${btoa('{"alg":"none"}').replaceAll('=', '')}.${btoa(`{"iss":"${teamUrl}","aud":"the-application"}`).replaceAll('=', '')}.`,
    'no token at all': 'nonsense',
  })) {
    expect([why, (await command('show info', (await assertion(token)) as Record<string, string>)).status]).toEqual([
      why,
      401,
    ])
  }
  expect((await command('show info', bearer(TOKEN))).status).toBe(200)
  await until(() => stderr().includes('access-refused'))
  expect(stderr().match(/access-refused/g)).toHaveLength(1)
})
