// Where isolates get the servers' states from: a cache that the zone's deployments share, KV with its limits, an object far away.

import { setTimeout } from 'node:timers/promises'

import { describe, expect, it } from 'vitest'

import type { LimpetConfig } from '../../src/config/options/root.ts'
import { until } from '../e2e/harness.ts'
import { named } from './internet.ts'
import type { Internet } from './internet.ts'
import { startWorld, startZone } from './world.ts'
import type { Deployment } from './world.ts'

const REFRESH_MS = 10_000
const config: LimpetConfig = {
  counters: false,
  backends: [
    {
      name: 'app',
      balance: 'roundrobin',
      servers: ['s1', 's2'].map((name) => ({ name, url: `https://${name}.example.com` })),
    },
  ],
}

function serveBoth(internet: Internet): void {
  for (const name of ['s1', 's2']) internet.serve(`${name}.example.com`, named(name))
}

/** Which servers answer. */
async function serversOf(deployment: Deployment): Promise<string> {
  const bodies = new Set<string>()
  for (let i = 0; i < 4; i++) bodies.add((await deployment.ask()).body)
  return [...bodies].toSorted().join(' ')
}

describe('the cache of a zone with two deployments', () => {
  it('keeps their states apart', async () => {
    const { internet, deployments, pass } = await startZone({ production: { config }, staging: { config } })
    serveBoth(internet)
    const { production, staging } = deployments
    await production!.change('app/s1', 'maint')
    await staging!.change('app/s2', 'maint')
    // Each shares its view with its zone, then reads what is there.
    for (let round = 0; round < 4; round++) {
      await pass(REFRESH_MS)
      await serversOf(production!)
      await serversOf(staging!)
    }
    expect([await serversOf(production!), await serversOf(staging!)]).toEqual(['s2', 's1'])
  })

  it('is out of order for nobody but itself', async () => {
    const { internet, deployment, set, pass } = await startWorld({ config })
    serveBoth(internet)
    await set({ failing: ['CACHE'] })
    expect(await serversOf(deployment)).toBe('s1 s2')
    await deployment.change('app/s1', 'maint')
    await pass(REFRESH_MS)
    await until(async () => (await serversOf(deployment)) === 's2')
    expect(deployment.logged('monitor-unreachable')).toEqual([])
  })
})

describe('a KV namespace for states', () => {
  const published = (text: string | undefined) =>
    Object.values((JSON.parse(text ?? '{"servers":{}}') as { servers: Record<string, { admin: string }> }).servers)
      .map(({ admin }) => admin)
      .join(' ')

  it('has the last of several changes within a second, although it takes one write a second', async () => {
    const { internet, truth, deployment, set } = await startWorld({ config, namespaces: ['SNAPSHOT'] })
    serveBoth(internet)
    await deployment.servers()
    await until(() => truth.writes.taken > 0)
    // A write that is long on its way is followed by one that is not.
    await set({ kvWriteMs: 600 })
    await setTimeout(1_100)
    await deployment.change('app/s1', 'maint')
    await set({ kvWriteMs: 0 })
    for (const state of ['drain', 'maint']) await deployment.change('app/s1', state)
    await deployment.change('app/s2', 'drain')
    await until(() => published(Object.values(truth.kv('SNAPSHOT'))[0]) === 'maint drain')
    expect(truth.writes.refused).toBe(0)
  })

  it('that refuses writes is written when it takes them again', async () => {
    const { internet, truth, deployment, set } = await startWorld({ config, namespaces: ['SNAPSHOT'] })
    serveBoth(internet)
    await set({ failing: ['SNAPSHOT'] })
    await deployment.change('app/s1', 'maint')
    await until(() => deployment.logged('snapshot-not-published').length > 0)
    expect(await serversOf(deployment)).toBe('s2')
    await set({ failing: [] })
    await until(() => published(Object.values(truth.kv('SNAPSHOT'))[0]) === 'maint ready')
    expect(deployment.logged('snapshot-not-published')).toHaveLength(1)
  })

  it('that had nothing when it was first asked keeps nobody from the states', async () => {
    const { internet, truth, deployment, pass } = await startWorld({ config, namespaces: ['SNAPSHOT'] })
    serveBoth(internet)
    // Now there is a copy here of nothing, for half a minute.
    expect(await serversOf(deployment)).toBe('s1 s2')
    await until(() => published(Object.values(truth.kv('SNAPSHOT'))[0]) === 'ready ready')
    await deployment.change('app/s1', 'maint')
    await pass(REFRESH_MS)
    expect(await serversOf(deployment)).toBe('s2')
  })
})

describe('a Monitor far away', () => {
  it('is 250 ms each way, and its states hold from the second request on', async () => {
    const { internet, deployment, set } = await startWorld({ config })
    serveBoth(internet)
    await deployment.change('app/s1', 'maint')
    await set({ farMs: 250 })
    await deployment.ask()
    await until(async () => (await serversOf(deployment)) === 's2')
  })

  it('holds up the first request of an isolate for `snapshotWait`, and no other', async () => {
    const { internet, deployment, set } = await startWorld({ config: { ...config, snapshotWait: '3s' } })
    serveBoth(internet)
    await set({ farMs: 20_000 })
    const tookMs = async () => {
      const startedMs = performance.now()
      expect((await deployment.ask()).status).toBe(200)
      return performance.now() - startedMs
    }
    const first = await tookMs()
    expect(first).toBeGreaterThan(2_900)
    expect(first).toBeLessThan(15_000)
    const next = await Promise.all([tookMs(), tookMs(), tookMs()])
    expect(Math.min(...next)).toBeLessThan(2_500)
  })
})
