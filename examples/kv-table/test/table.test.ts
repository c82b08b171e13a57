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

const serverOf = async (device: string) => {
  const response = await harness.fetch('https://www.example.com/', { headers: { 'x-device': device } })
  return (await response.text()).split(',')[0]!
}

it('keeps each device on its server, by an entry in KV', async () => {
  const servers = new Set<string>()
  for (let i = 0; i < 4; i++) {
    const first = await serverOf(`device-${i}`)
    servers.add(first)
    for (let j = 0; j < 3; j++) expect(await serverOf(`device-${i}`)).toBe(first)
  }
  expect([...servers].toSorted()).toEqual(['s1', 's2'])
  const { STICK_KV } = await harness.getWorker<{ STICK_KV: KVNamespace }>().getEnv()
  const { keys } = await STICK_KV.list()
  expect(keys).toHaveLength(4)
  // The table holds hashes of what clients send.
  expect(JSON.stringify(keys)).not.toContain('device-')
})
