import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestHarness } from 'wrangler'

import { startOrigins } from './origins.ts'

const harness = createTestHarness({
  workers: [
    {
      configPath: 'wrangler.toml',
      prebuiltWorkerDir: 'dist',
      secrets: { LIMPET_COOKIE_KEYS: 'a-key-for-these-tests' },
    },
  ],
})
let origins: Awaited<ReturnType<typeof startOrigins>>

beforeAll(async () => {
  const names = ['s1', 's2', 'shop1', 'shop2', 'a1', 'a2']
  origins = await startOrigins(names.map((name) => `${name}.example.com`))
  await harness.listen()
})
afterAll(async () => {
  await harness.close()
  await Promise.all(Object.values(origins).map((origin) => origin.stop()))
})

async function ask(url: string, headers: Record<string, string> = {}) {
  const response = await harness.fetch(url, { headers })
  const text = await response.text()
  return { status: response.status, text, server: text.split(',')[0]!, cookie: response.headers.getSetCookie()[0] }
}

it('keeps a client of /app on the server that its cookie names, and spreads new ones', async () => {
  const servers = new Set<string>()
  for (let i = 0; i < 2; i++) {
    const first = await ask('https://www.example.com/app/')
    servers.add(first.server)
    const cookie = first.cookie!.split(';')[0]!
    expect(cookie).toMatch(/^SERVERID=/)
    for (let j = 0; j < 3; j++)
      expect((await ask('https://www.example.com/app/x', { cookie })).server).toBe(first.server)
  }
  expect([...servers].toSorted()).toEqual(['s1', 's2'])
  expect(origins['s1.example.com']!.paths).toEqual(['/app/', '/app/x', '/app/x', '/app/x'])
})

it('sends the same path on the other host to the other backend', async () => {
  expect((await ask('https://shop.example.com/app/')).server).toMatch(/^shop[12]$/)
})

it('sends /api on both hosts to one backend, each key to its server', async () => {
  const servers = new Set<string>()
  for (let i = 0; i < 8; i++) {
    const headers = { 'x-api-key': `key-${i}` }
    const { server: www, cookie } = await ask('https://www.example.com/api/', headers)
    expect((await ask('https://shop.example.com/api/', headers)).server).toBe(www)
    expect(cookie).toBeUndefined()
    servers.add(www)
  }
  expect([...servers].toSorted()).toEqual(['a1', 'a2'])
})

it('answers the rest itself', async () => {
  expect((await ask('https://www.example.com/')).text).toBe('This page is the Worker itself.')
  expect((await ask('https://www.example.com/elsewhere')).status).toBe(404)
  // Until there is a LIMPET_ADMIN_TOKEN.
  expect((await ask('https://www.example.com/.limpet/servers')).status).toBe(404)
})
