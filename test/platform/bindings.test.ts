// An exception of every binding: requests are served all the same, the log names what is out of order, and it ends with the fault.

import { describe, expect, it } from 'vitest'

import type { LimpetConfig } from '../../src/config/options/root.ts'
import { until } from '../e2e/harness.ts'
import { named } from './internet.ts'
import type { DeploymentOptions, World } from './world.ts'
import { startWorld } from './world.ts'

type Backend = Omit<LimpetConfig['backends'][number], 'name' | 'servers'>

const servers = ['s1', 's2', 's3'].map((name) => ({ name, url: `https://${name}.example.com` }))
const configOf = (
  backend: Backend,
  own: { maxconn?: number } = {},
  more: Partial<LimpetConfig> = {},
): LimpetConfig => ({
  backends: [{ name: 'app', ...backend, servers: servers.map((server) => ({ ...server, ...own })) }],
  ...more,
})
const table = { type: 'string', size: 1_000, cache: 0 } as const

async function start(options: DeploymentOptions): Promise<World> {
  const world = await startWorld(options)
  for (const { name } of servers) world.internet.serve(`${name}.example.com`, named(name))
  return world
}

const asUser = (user: string) => ({ headers: { 'x-user': user } })

/** What is bound, who needs it, and what the log calls it when it fails; null: nobody is told, for nothing is lost. */
const FAULTS: readonly [string, DeploymentOptions, string | null][] = [
  ['MONITOR', { config: configOf({ check: { inter: '1m' } }) }, 'monitor-unreachable'],
  ['STICK_TABLE', { config: configOf({ stickTable: table, stick: [{ on: 'req.hdr(x-user)' }] }) }, 'table-unreachable'],
  ['SLOTS', { config: configOf({}, { maxconn: 10 }) }, 'slots-unreachable'],
  ['STATS', { config: configOf({ cookie: { name: 'SERVERID' } }) }, null],
  ['SNAPSHOT', { config: configOf({ check: { inter: '1m' } }), namespaces: ['SNAPSHOT'] }, null],
  [
    'STICK_KV',
    {
      config: configOf({ stickTable: { ...table, store: 'kv' }, stick: [{ on: 'req.hdr(x-user)' }] }),
      namespaces: ['STICK_KV'],
    },
    'table-unreachable',
  ],
  ['CACHE', { config: configOf({ check: { inter: '1m' } }) }, null],
]

describe('a binding that throws', () => {
  it.each(FAULTS)('%s: every request is served, and what it costs is logged once', async (binding, options, event) => {
    const { deployment, set } = await start(options)
    await set({ failing: [binding] })
    for (let i = 0; i < 8; i++) {
      expect(await deployment.ask(asUser('ann'))).toMatchObject({
        status: 200,
        body: expect.stringMatching(/^s[123]$/),
      })
      expect(await deployment.ask({ method: 'POST', body: 'order' })).toMatchObject({ status: 200 })
    }
    expect(deployment.logged('error')).toEqual([])
    if (event === null) return
    await until(() => deployment.logged(event).length > 0)
    const lines = deployment.logged(event).map((line) => JSON.stringify(line))
    for (const line of lines) expect(line).toContain(`${binding} is out of order`)
    // Each limit has an object of its own.
    expect(lines).toHaveLength(binding === 'SLOTS' ? servers.length : 1)
    expect(new Set(lines).size).toBe(lines.length)
  })

  it('MONITOR, when it answers again: its states hold', async () => {
    const { deployment, set, pass } = await start({ config: configOf({}) })
    await deployment.change('app/s1', 'maint')
    await deployment.change('app/s2', 'maint')
    await set({ failing: ['MONITOR', 'CACHE'] })
    await pass(60_000)
    expect((await deployment.ask()).status).toBe(200)
    await set({ failing: [] })
    await pass(60_000)
    await until(async () => (await deployment.ask()).body === 's3')
    for (let i = 0; i < 4; i++) expect((await deployment.ask()).body).toBe('s3')
  })

  it('STICK_TABLE, and its clients: the hash of a key keeps each of them together', async () => {
    const { deployment, set } = await start({
      config: configOf({ stickTable: table, stick: [{ on: 'req.hdr(x-user)' }] }),
    })
    await set({ failing: ['STICK_TABLE'] })
    for (const user of ['ann', 'bob', 'eve']) {
      const { body } = await deployment.ask(asUser(user))
      for (let i = 0; i < 3; i++) expect((await deployment.ask(asUser(user))).body).toBe(body)
    }
  })

  it('STICK_TABLE, of a table that is strict: 503, and nobody is given another server', async () => {
    const stickTable = { ...table, strict: true }
    const { deployment, set } = await start({ config: configOf({ stickTable, stick: [{ on: 'req.hdr(x-user)' }] }) })
    expect((await deployment.ask(asUser('ann'))).status).toBe(200)
    await set({ failing: ['STICK_TABLE'] })
    expect((await deployment.ask(asUser('ann'))).status).toBe(503)
    // Who needs no table is served.
    expect((await deployment.ask()).status).toBe(200)
  })

  it('EMAIL: the mail is sent when it works again, and no check waits for it', async () => {
    const mail = { from: 'limpet@example.com', to: ['ops@example.com'] }
    const alerts = [{ mail, events: ['maint' as const], group: 0 }]
    const { deployment, set } = await start({ config: configOf({}, {}, { alerts }), hasMail: true })
    await set({ failing: ['EMAIL'] })
    await deployment.change('app/s1', 'maint')
    await until(() => deployment.logged('alert-not-delivered').length > 0)
    expect((await deployment.ask()).status).toBe(200)
    await set({ failing: [] })
    await until(async () => (await deployment.sightings()).mails.length > 0)
    expect((await deployment.sightings()).mails).toEqual([expect.objectContaining({ to: ['ops@example.com'] })])
  })

  it('all of them at once: every request is served', async () => {
    const config = configOf(
      { stickTable: table, stick: [{ on: 'req.hdr(x-user)' }], cookie: { name: 'SERVERID' }, check: { inter: '1m' } },
      { maxconn: 10 },
    )
    const { deployment, set } = await start({ config, namespaces: ['SNAPSHOT', 'STICK_KV'] })
    await set({ failing: FAULTS.map(([binding]) => binding) })
    for (let i = 0; i < 8; i++) expect((await deployment.ask(asUser('ann'))).status).toBe(200)
    expect(deployment.logged('error')).toEqual([])
  })
})
