import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestHarness } from 'wrangler'

import { startOrigins } from './origins.ts'

const harness = createTestHarness({
  workers: [
    {
      configPath: 'wrangler.toml',
      prebuiltWorkerDir: 'dist',
      secrets: { LIMPET_COOKIE_KEYS: 'a-key-for-these-tests', LIMPET_ADMIN_TOKEN: 'a-token-for-tests' },
    },
  ],
})
let origins: Awaited<ReturnType<typeof startOrigins>>

beforeAll(async () => {
  origins = await startOrigins(['s1.example.com', 's2.example.com'])
  await harness.listen()
})
afterAll(async () => {
  await harness.close()
  await Promise.all(Object.values(origins).map((origin) => origin.stop()))
})

async function ask(headers: Record<string, string> = {}) {
  const response = await harness.fetch('https://www.example.com/', { headers })
  return { server: (await response.text()).split(',')[0]!, cookie: response.headers.getSetCookie()[0]?.split(';')[0] }
}

async function lastChecks() {
  const headers = { authorization: 'Bearer a-token-for-tests' }
  const response = await harness.fetch('https://www.example.com/.limpet/servers', { headers })
  const { servers } = (await response.json()) as { servers: { server: string; lastCheck: { code: string } | null }[] }
  return Object.fromEntries(servers.map(({ server, lastCheck }) => [server, lastCheck?.code]))
}

it('checks each server when the trigger fires, and at no other time', async () => {
  await origins['s2.example.com']!.stop()
  await harness.getWorker().scheduled({ cron: '* * * * *' })
  await expect.poll(lastChecks, { timeout: 30_000 }).toEqual({ s1: 'L7OK', s2: 'L4CON' })
  for (let i = 0; i < 3; i++) await ask()
  // Each has been checked in this minute.
  await harness.getWorker().scheduled({ cron: '* * * * *' })
  expect(origins['s1.example.com']!.checks).toBe(1)
})

it('gives clients another server before the checks have said that theirs is down', async () => {
  const first = await ask()
  for (let i = 0; i < 3; i++) {
    expect((await ask({ cookie: first.cookie! })).server).toBe('s1')
    expect((await ask()).server).toBe('s1')
  }
})
