import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestHarness } from 'wrangler'

import { startOrigins } from './origins.ts'

const harness = createTestHarness({
  workers: [{ configPath: 'wrangler.toml', prebuiltWorkerDir: 'dist' }],
})
let origins: Awaited<ReturnType<typeof startOrigins>>

beforeAll(async () => {
  origins = await startOrigins(['s1.example.com', 's2.example.com', 'a1.example.com', 'a2.example.com'])
  await harness.listen()
})
afterAll(async () => {
  await harness.close()
  await Promise.all(Object.values(origins).map((origin) => origin.stop()))
})

async function ask(path: string, headers: Record<string, string> = {}) {
  const response = await harness.fetch(`https://www.example.com${path}`, { headers })
  return { server: (await response.text()).split(',')[0]!, cookie: response.headers.getSetCookie()[0]?.split(';')[0] }
}

it("keeps a client on its server by HAProxy's cookie", async () => {
  const servers = new Set<string>()
  for (let i = 0; i < 2; i++) {
    const first = await ask('/')
    servers.add(first.server)
    expect(first.cookie).toBe(`SERVERID=${first.server.toUpperCase()}`)
    for (let j = 0; j < 3; j++) expect((await ask('/x', { cookie: first.cookie! })).server).toBe(first.server)
  }
  expect([...servers].toSorted()).toEqual(['s1', 's2'])
})

it('sends each API key to its server', async () => {
  const servers = new Set<string>()
  for (let i = 0; i < 8; i++) {
    const headers = { 'x-api-key': `key-${i}` }
    const { server: first, cookie } = await ask('/api/', headers)
    expect((await ask('/api/x', headers)).server).toBe(first)
    expect(cookie).toBeUndefined()
    servers.add(first)
  }
  expect([...servers].toSorted()).toEqual(['a1', 'a2'])
})
