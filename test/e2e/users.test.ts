// Passwords of a userlist over HTTP: what a guess may cost, and whom it may keep waiting.

import { expect, it } from 'vitest'

import { exchange, startLimpet, startOrigins } from './harness.ts'

/** Of `secret`. */
const HASH = '$6$abcdefgh$ltjgWl6579NluT/Vi1nwEvcil.G5Nbc4NiXZaNGStk8PSwGfQv72N2CKPPrVACtLtip/cZ/1GM/O6IND4WQhG.'

async function start() {
  const origins = await startOrigins(1)
  const { url } = await startLimpet({
    userlists: [{ name: 'staff', users: [{ name: 'bob', password: HASH }] }],
    frontends: [
      {
        name: 'www',
        trustedProxies: ['127.0.0.1'],
        rules: [
          {
            if: { all: [{ pathBeg: '/admin' }, { not: { sample: 'http_auth(staff)' } }] },
            do: { auth: { realm: 'Staff' } },
          },
        ],
        defaultBackend: 'app',
      },
    ],
    backends: [{ name: 'app', servers: origins.map(({ name, url: own }) => ({ name, url: own })) }],
  })
  return async (path: string, credentials: string, client = '192.0.2.1') => {
    const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`
    const startedMs = performance.now()
    const answer = await exchange(`${url}${path}`, { headers: { authorization, 'x-forwarded-for': client } })
    return { status: answer.status, retryAfter: answer.headers['retry-after'], tookMs: performance.now() - startedMs }
  }
}

it('a password of 10,000 characters costs nobody anything', async () => {
  const ask = await start()
  const long = `bob:${'x'.repeat(10_000)}`
  expect((await ask('/admin', 'bob:secret')).status).toBe(200)
  const answers = await Promise.all(Array.from({ length: 5 }, (_, i) => ask('/admin', `${long}${i}`)))
  expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401])
  expect(Math.max(...answers.map(({ tookMs }) => tookMs))).toBeLessThan(1_000)
  expect((await ask('/', long)).status).toBe(200)
})

it('a client that guesses is told to wait; nobody else is, nor who knows the password already', async () => {
  const ask = await start()
  expect((await ask('/admin', 'bob:secret', '192.0.2.7')).status).toBe(200)
  const guesses = await Promise.all(Array.from({ length: 30 }, (_, i) => ask('/admin', `bob:guess ${i}`)))
  expect(guesses.filter(({ status }) => status === 401)).toHaveLength(10)
  expect(guesses.filter(({ status, retryAfter }) => status === 429 && retryAfter === '60')).toHaveLength(20)
  expect((await ask('/public', 'bob:guess')).status).toBe(200)
  expect((await ask('/admin', 'bob:another guess', '192.0.2.8')).status).toBe(401)
  expect((await ask('/admin', 'bob:secret')).status).toBe(200)
})
