// What keeps strangers out of the operator's window, and what an operator can still do while they try.

import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import { expect, it } from 'vitest'

import type { LimpetConfig } from '../../src/config/options/root.ts'
import { exchange, spawnServe, startLimpet, startOrigins, temporaryDirectory, TOKEN } from './harness.ts'
import { start } from './window.ts'

/** Words on a connection to a public port, and all that comes back. */
async function converseOn(url: string, words: string): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.write(words)
  return text(socket)
}

it('CONNECT opens no way to the commands from a public port', async () => {
  const { url, statsUrl, say } = await start('limpet', await startOrigins(1))
  for (const target of ['x:1', 'localhost:80', '127.0.0.1:22']) {
    for (const door of [url, statsUrl]) {
      const answer = await converseOn(
        door,
        `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\nhelp;show info;disable server app/s1\n`,
      )
      expect(answer).toMatch(/^HTTP\/1\.1 [45]\d\d /)
      expect(answer).not.toMatch(/Name:|show stat|Permission/)
    }
  }
  expect(await say('show info')).toMatch(/^Name: Limpet$/m)
  expect(await say('show stat')).not.toContain('MAINT')
})

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const basic = (name: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
})

async function startOne(config: Partial<LimpetConfig> = {}, token = TOKEN) {
  const [origin] = await startOrigins(1)
  return startLimpet(
    { ...config, backends: [{ name: 'app', servers: [{ name: 's1', url: origin!.url }] }] },
    { environment: { LIMPET_ADMIN_TOKEN: token } },
  )
}

it('wrong guesses are counted by client, whatever door they come to, and a right token is taken from any', async () => {
  const { url } = await startOne({
    frontends: [
      {
        name: 'www',
        trustedProxies: '127.0.0.0/8',
        stats: { uri: '/numbers', accounts: [{ name: 'ann', password: 'short' }] },
        defaultBackend: 'app',
      },
    ],
  })
  const ask = async (path: string, client: string, headers: Record<string, string>) =>
    (await exchange(url + path, { headers: { ...headers, 'x-forwarded-for': client } })).status
  const guesses: number[] = []
  // One throttle for all doors.
  for (let i = 0; i < 3; i++) guesses.push(await ask('/.limpet/servers', '192.0.2.1', bearer(`guess-${i}`)))
  for (let i = 0; i < 3; i++) guesses.push(await ask('/', '192.0.2.1', { 'x-limpet-debug': `guess-${i}` }))
  for (let i = 0; i < 2; i++) guesses.push(await ask('/.limpet/stats', '192.0.2.1', basic('x', `guess-${i}`)))
  for (let i = 0; i < 4; i++) guesses.push(await ask('/numbers', '192.0.2.1', basic('ann', `guess-${i}`)))
  expect(guesses).toEqual([...Array(10).fill(401), 429, 429])
  // A password may be short: from here not even the right one is looked at.
  expect(await ask('/numbers', '192.0.2.1', basic('ann', 'short'))).toBe(429)
  for (const [path, headers] of [
    ['/.limpet/servers', bearer(TOKEN)],
    ['/.limpet/stats', basic('x', TOKEN)],
    ['/numbers', basic('x', TOKEN)],
    ['/', { 'x-limpet-debug': TOKEN }],
  ] as const) {
    expect([path, await ask(path, '192.0.2.1', headers)]).toEqual([path, 200])
  }
  // Others behind the same proxy are others.
  expect(await ask('/.limpet/servers', '192.0.2.2', bearer('guess'))).toBe(401)
  expect(await ask('/numbers', '192.0.2.2', basic('ann', 'short'))).toBe(200)
  for (let i = 0; i < 10; i++) await ask('/.limpet/servers', `2001:db8::${i}`, bearer('guess'))
  expect(await ask('/.limpet/servers', '2001:db8::ffff', bearer('guess'))).toBe(429)
})

it('a token that is too short stops limpet serve with how to make one', async () => {
  const file = join(temporaryDirectory(), 'limpet.config.json')
  writeFileSync(file, '{"backends":[{"name":"app","servers":[{"name":"s1","url":"http://127.0.0.1:9"}]}]}')
  for (const [token, problem] of [
    ['fifteen-charact', 'the token has 15 characters and must have at least 16'],
    ['a-token-that-is-long-enough,bob/user:short', 'the token of bob has 5 characters and must have at least 16'],
    ['a-token-that-is-long-enough,short', 'the token of number 2 has 5 characters and must have at least 16'],
  ]) {
    const serving = spawnServe([file], { environment: { LIMPET_ADMIN_TOKEN: token! } })
    expect(await serving.ended).toBe(1)
    expect(serving.stderr()).toBe(`LIMPET_ADMIN_TOKEN: ${problem}; \`openssl rand -hex 24\` makes one\n`)
  }
})

it('a rule that denies a path or an address holds for the admin API, one that sends elsewhere does not', async () => {
  const { url } = await startOne({
    frontends: [
      {
        name: 'www',
        hosts: ['localhost'],
        rules: [
          { if: { path: '/.limpet/metrics' }, do: { deny: { status: 403 } } },
          { if: { hdr: { name: 'x-from', value: 'outside' } }, do: { return: { status: 451, body: 'no' } } },
          { do: { redirectScheme: { scheme: 'https', code: 301 } } },
        ],
      },
    ],
  })
  const ask = async (path: string, headers: Record<string, string> = {}) =>
    (await exchange(url + path, { headers: { ...bearer(TOKEN), ...headers } })).status
  // By whatever name it is asked for.
  for (const host of ['localhost', 'elsewhere.example']) {
    expect(await ask('/.limpet/metrics', { host })).toBe(403)
    expect(await ask('/.limpet/servers', { host })).toBe(200)
    expect(await ask('/.limpet/servers', { host, 'x-from': 'outside' })).toBe(451)
    expect(await ask('/.limpet/stats', { host, 'x-from': 'outside' })).toBe(451)
  }
  expect(await ask('/other', { host: 'localhost' })).toBe(301)
})

it('a change that cannot be kept is refused, and every later one still works', async () => {
  const { url } = await startOne()
  const patch = async (body: object) => {
    const headers = { ...bearer(TOKEN), 'content-type': 'application/json' }
    const answer = await exchange(`${url}/.limpet/servers/app/s1`, {
      method: 'PATCH',
      headers,
      body: JSON.stringify(body),
    })
    return `${answer.status} ${answer.status === 200 ? '' : answer.body}`.trim()
  }
  const say = async (body: string) =>
    (await exchange(`${url}/.limpet/command`, { method: 'POST', headers: bearer(TOKEN), body })).body
  for (const drainFor of ['99999999d', '366d', '0s', '1e9d', `${'9'.repeat(400)}d`]) {
    expect(await patch({ state: 'drain', drainFor })).toBe(
      `400 {"error":"drainFor must be a duration such as '30m', at most 365d"}`,
    )
  }
  expect(await say(`set weight app/s1 ${'9'.repeat(400)}%`)).toBe('\n')
  expect(await say('get weight app/s1')).toBe('256 (initial 1)\n\n')
  expect(await say('set weight app/s1 0')).toBe('\n')
  expect(await say(`set weight app/s1 ${'9'.repeat(400)}`)).toMatch(/between 0 and 256/)
  expect(await say(`show events ${'9'.repeat(400)}`)).toMatch(/weight 1 -> weight 256/)
  expect(await patch({ state: 'drain', drainFor: '365d' })).toBe('200')
  expect(await patch({ state: 'ready', weight: 1 })).toBe('200')
  expect(await say('get weight app/s1')).toBe('1 (initial 1)\n\n')
})

it('what others wrote is escaped wherever it is printed', async () => {
  const { url } = await startOne()
  const headers = basic('x\n2026 app/s1 UP -> DOWN (\u001b[2Jforged)\u202e', TOKEN)
  await exchange(`${url}/.limpet/command`, { method: 'POST', headers, body: 'set weight app/s1 5' })
  const { body } = await exchange(`${url}/.limpet/command`, { method: 'POST', headers, body: 'show events' })
  expect(body.trimEnd().split('\n')).toHaveLength(1)
  expect(body).toContain('by x\\x0a2026 app/s1')
  // oxlint-disable-next-line no-control-regex -- they must not be there
  expect(body).not.toMatch(/[\u001b\u202e]/)
  for (const code of ['constructor', '__proto__', 'toString', '%3Cscript%3E']) {
    const page = await exchange(`${url}/.limpet/stats;st=${code}`, { headers: basic('x', TOKEN) })
    expect(page.body).toContain('<p role="status" class="outcome">Unexpected result.</p>')
    expect(page.body).not.toMatch(/native code|object Object/)
  }
})

it('a right token is taken from a client that has guessed the passwords of the application', async () => {
  const { url } = await startOne({
    userlists: [{ name: 'people', users: [{ name: 'ann', insecurePassword: 'secret' }] }],
    frontends: [
      {
        name: 'www',
        rules: [
          { if: { not: { sample: 'http_auth(people)', match: 'bool' } }, do: { auth: { realm: 'people' } } },
          { if: { path: '/.limpet/metrics' }, do: { deny: { status: 403 } } },
        ],
        defaultBackend: 'app',
      },
    ],
  })
  const ask = async (path: string, headers: Record<string, string>) => (await exchange(url + path, { headers })).status
  expect(await ask('/', basic('ann', 'secret'))).toBe(200)
  // Looks at the page are no guesses, by whatever name.
  for (let i = 0; i < 12; i++) expect(await ask('/.limpet/stats', basic(`x${i}`, TOKEN))).toBe(200)
  expect(await ask('/', basic('ann', 'wrong'))).toBe(401)
  for (let i = 0; i < 9; i++) await ask('/', basic('ann', `guess-${i}`))
  expect(await ask('/', basic('ann', 'guess-9'))).toBe(429)
  expect(await ask('/.limpet/stats', basic('another', TOKEN))).toBe(200)
  expect(await ask('/.limpet/servers', bearer(TOKEN))).toBe(200)
  expect(await ask('/.limpet/metrics', bearer(TOKEN))).toBe(403)
  expect(await ask('/', { ...basic('ann', 'secret'), 'x-limpet-debug': TOKEN })).toBe(200)
})
