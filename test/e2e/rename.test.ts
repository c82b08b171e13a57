// Backends and servers that got another name, with `formerly`: nobody loses a session, and nothing that was set, counted or
// noted is lost. The same state directory, another configuration, and back.

import { describe, expect, it } from 'vitest'

import type { LimpetConfig } from '../../src/config/options/root.ts'
import { Client, exchange, sessionOf, startLimpet, startOrigins, temporaryDirectory, TOKEN, until } from './harness.ts'
import type { Origin, Serving } from './harness.ts'

type Backend = LimpetConfig['backends'][number]

const CLIENTS = 36

/** As deployed first: backend `shop`, servers web1 to web3. */
const before = (origins: readonly Origin[], more: Partial<Backend>): LimpetConfig => ({
  backends: [{ name: 'shop', servers: origins.map(({ url }, i) => ({ name: `web${i + 1}`, url })), ...more }],
})
/** Renamed, two of the servers, and in another order. */
const after = (origins: readonly Origin[], more: Partial<Backend>): LimpetConfig => ({
  backends: [
    {
      name: 'app',
      formerly: ['shop'],
      servers: [
        { name: 'app2', url: origins[1]!.url, formerly: ['web2'] },
        { name: 'web3', url: origins[2]!.url },
        { name: 'app1', url: origins[0]!.url, formerly: ['www1', 'web1'] },
      ],
      ...more,
    },
  ],
})

async function visitAll({ url }: Serving, clients: readonly Client[]): Promise<number> {
  const answers = await Promise.all(clients.map((client) => client.get(`${url}/`)))
  return answers.filter((answer) => sessionOf(answer).lost).length
}

async function command({ url }: Serving, line: string): Promise<string> {
  const headers = { authorization: `Bearer ${TOKEN}` }
  return (await exchange(`${url}/.limpet/command`, { method: 'POST', headers, body: line })).body
}

const TABLE: Partial<Backend> = {
  stickTable: { type: 'string', size: '10k', expire: '1h', failback: true },
  stick: [{ storeResponse: 'res.cook(sid)' }, { on: 'req.cook(sid)' }],
}

describe('a backend and its servers that were renamed', () => {
  it.each<[string, Partial<Backend>]>([
    ['sealed cookies', { cookie: { name: 'SRV' } }],
    ['sealed cookies with dates', { cookie: { name: 'SRV', maxidle: '1h', maxlife: '8h' } }],
    ['cookies in HAProxy’s format', { cookie: { name: 'SRV', format: 'haproxy', maxidle: '1h' } }],
    ['prefixes of the application’s cookie', { cookie: { name: 'sid', mode: 'prefix' } }],
    ['a stick table', TABLE],
  ])('keep every client: %s', async (_, more) => {
    const origins = await startOrigins(3)
    const state = temporaryDirectory()
    const clients = Array.from({ length: CLIENTS }, () => new Client())
    const first = await startLimpet(before(origins, more), { state })
    expect(await visitAll(first, clients)).toBe(0)
    await first.stop()
    const renamed = await startLimpet(after(origins, more), { state })
    expect(await visitAll(renamed, clients)).toBe(0)
    expect(await visitAll(renamed, clients)).toBe(0)
  })

  it('keep what was set, checked, counted and noted, and are found by it again when the names return', async () => {
    const origins = await startOrigins(3)
    const state = temporaryDirectory()
    const more: Partial<Backend> = {
      cookie: { name: 'SRV' },
      check: { uri: '/health', inter: '200ms', rise: 1, fall: 1, timeout: '30s' },
    }
    const requests = async (serving: Serving) => {
      const rows = (await command(serving, 'show stat')).split('\n').map((line) => line.split(','))
      return Object.fromEntries(
        rows.flatMap(([proxy, server, ...cells]) => (server ? [[`${proxy}/${server}`, cells[5]]] : [])),
      )
    }
    const first = await startLimpet(before(origins, more), { state })
    await first.set('shop/web1', { state: 'drain', weight: 7 })
    await origins[1]!.setHealth(500)
    await until(async () => (await first.servers()).find(({ server }) => server === 'web2')!.health === 'down')
    await visitAll(
      first,
      Array.from({ length: 5 }, () => new Client()),
    )
    expect(await requests(first)).toMatchObject({ 'shop/web3': '5', 'shop/BACKEND': '5' })
    await first.stop()

    const renamed = await startLimpet(after(origins, more), { state })
    const named = async (name: string) => (await renamed.servers()).find(({ server }) => server === name)!
    expect(await named('app1')).toMatchObject({
      backend: 'app',
      state: 'drain',
      configuredState: 'ready',
      weight: 7,
      configuredWeight: 1,
    })
    expect(await named('app2')).toMatchObject({ health: 'down', downs: 1 })
    await visitAll(
      renamed,
      Array.from({ length: 4 }, () => new Client()),
    )
    expect(await requests(renamed)).toMatchObject({ 'app/web3': '9', 'app/BACKEND': '9' })
    const events = await command(renamed, 'show events')
    expect(events).toMatch(/app\/app1 UP -> DRAIN/)
    expect(events).toMatch(/app\/app2 UP -> DOWN/)
    expect(events).not.toContain('web1')
    await renamed.set('app/app1', { state: 'maint' })
    await renamed.stop()

    const back = await startLimpet(before(origins, more), { state })
    const web1 = (await back.servers()).find(({ server }) => server === 'web1')!
    expect(web1).toMatchObject({ state: 'maint', configuredState: 'ready', weight: 7 })
  })
})
