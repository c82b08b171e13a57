// What an operator learns of a request by showing the token with it, and nobody else.

import { expect, it } from 'vitest'

import { exchange, startLimpet, startOrigins, TOKEN } from './harness.ts'

it('explains a request to who has the token, and hides the token from the server', async () => {
  const origins = await startOrigins(1)
  const { url } = await startLimpet({
    backends: [
      {
        name: 'app',
        cookie: { name: 'SERVERID' },
        stickTable: { type: 'string', size: 10, expire: '1m' },
        stick: [{ on: 'req.hdr(x-user)' }],
        servers: origins.map(({ name, url: own }) => ({ name, url: own })),
      },
    ],
  })
  const headers = { 'x-limpet-debug': TOKEN, 'x-user': 'ann' }
  const explained = await exchange(`${url}/echo`, { headers })
  expect(explained.headers).toMatchObject({
    'x-limpet-frontend': expect.any(String),
    'x-limpet-backend': 'app',
    'x-limpet-server': 's1',
    'x-limpet-verdict': 'NI',
    'x-limpet-termination': '--',
    'x-limpet-retries': '0',
    'x-limpet-redispatches': '0',
    'x-limpet-stick': expect.stringMatching(/^table=app key=\S+ verdict=new asked=claim$/),
    'server-timing': expect.stringMatching(/^queue;dur=0, response;dur=\d+, total;dur=\d+$/),
  })
  expect(explained.body).not.toContain(TOKEN)
  expect(explained.body).not.toContain('x-limpet-debug')

  const plain = await exchange(`${url}/whoami`)
  expect(plain.rawHeaders.join().toLowerCase()).not.toMatch(/x-limpet|server-timing/)
})

it('refuses a wrong token, and stops listening to who guesses; a right one is always taken', async () => {
  const origins = await startOrigins(1)
  const { url } = await startLimpet({
    backends: [{ name: 'app', servers: origins.map(({ name, url: own }) => ({ name, url: own })) }],
  })
  const { hits: before } = await origins[0]!.stats()
  const statuses: number[] = []
  for (let i = 0; i < 11; i++) {
    statuses.push((await exchange(`${url}/whoami`, { headers: { 'x-limpet-debug': `guess-${i}` } })).status)
  }
  expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429])
  expect((await exchange(`${url}/whoami`, { headers: { 'x-limpet-debug': TOKEN } })).status).toBe(200)
  expect((await origins[0]!.stats()).hits).toBe(before + 2)
})

it('belongs to the application where there is no token', async () => {
  const origins = await startOrigins(1)
  const { url } = await startLimpet(
    { backends: [{ name: 'app', servers: origins.map(({ name, url: own }) => ({ name, url: own })) }] },
    { environment: { LIMPET_ADMIN_TOKEN: '' } },
  )
  const { body, headers } = await exchange(`${url}/echo`, { headers: { 'x-limpet-debug': 'mine' } })
  expect(body).toContain('mine')
  expect(headers).not.toHaveProperty('x-limpet-server')
})
