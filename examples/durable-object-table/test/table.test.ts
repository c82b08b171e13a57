import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestHarness } from 'wrangler'

import { startOrigins } from './origins.ts'

const harness = createTestHarness({
  workers: [{ configPath: 'wrangler.toml', prebuiltWorkerDir: 'dist' }],
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

/** A visit without a session gets one from the application. */
async function visit(session?: string) {
  const headers: Record<string, string> = session === undefined ? {} : { cookie: session }
  const response = await harness.fetch('https://www.example.com/', { headers })
  const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(';')[0]!)
  return { server: (await response.text()).split(',')[0]!, cookies }
}

it("keeps a session on the server that made it, with no cookie but the application's", async () => {
  const servers = new Set<string>()
  for (let i = 0; i < 4; i++) {
    const first = await visit()
    servers.add(first.server)
    expect(first.cookies).toEqual([expect.stringMatching(/^JSESSIONID=/)])
    for (let j = 0; j < 3; j++) expect((await visit(first.cookies[0])).server).toBe(first.server)
  }
  expect([...servers].toSorted()).toEqual(['s1', 's2'])
  expect(await harness.getWorker().listDurableObjectIds('STICK_TABLE')).not.toEqual([])
})
