// What a server gets from the deployed bundle, and whose request it is.

import { describe, expect, it } from 'vitest'

import type { LimpetConfig } from '../../src/config/options/root.ts'
import { named } from './internet.ts'
import { sharedWorld, startWorld } from './world.ts'

const servers = ['s1', 's2'].map((name) => ({ name, url: `https://${name}.example.com` }))
const frontends = [
  { name: 'plain', hosts: ['app.example.com'], defaultBackend: 'app' },
  { name: 'kept', hosts: ['kept.example.com'], defaultBackend: 'kept' },
]
const one = servers.slice(0, 1)

describe('a request to a server', () => {
  const world = sharedWorld({
    config: {
      frontends,
      backends: [
        { name: 'app', servers: one },
        { name: 'kept', host: 'client', servers: one },
      ],
    },
  })
  const received = async (ask: Parameters<ReturnType<typeof world>['deployment']['ask']>[0]) => {
    const { internet, deployment } = world()
    internet.serve('s1.example.com', named('s1'))
    internet.forget()
    expect((await deployment.ask(ask)).status).toBe(200)
    return internet.received[0]!
  }

  it.each(['app.example.com', 'kept.example.com'])(
    'has no header that keeps a server from answering 304: %s',
    async (host) => {
      const { headers } = await received({ host, headers: { 'if-none-match': '"v1"' } })
      expect(headers).toMatchObject({ 'if-none-match': '"v1"' })
      expect(headers).not.toHaveProperty('cache-control')
      expect(headers).not.toHaveProperty('pragma')
    },
  )

  // https://developers.cloudflare.com/workers/runtime-apis/request/#the-cf-property-requestinitcfproperties
  it('asks that nothing of its answer be cached', async () => {
    expect((await received({})).cf).toMatchObject({ cacheTtlByStatus: { '100-599': -1 } })
  })

  it("goes to the server's own name, or by resolveOverride under the client's", async () => {
    expect(await received({})).toMatchObject({ host: 's1.example.com', headers: { host: 's1.example.com' } })
    expect(await received({ host: 'kept.example.com' })).toMatchObject({
      host: 's1.example.com',
      headers: { host: 'kept.example.com' },
      cf: { resolveOverride: 's1.example.com' },
    })
  })

  // https://developers.cloudflare.com/fundamentals/reference/http-headers/#cf-connecting-ip
  it('is of the client that CF-Connecting-IP names, whatever else it says', async () => {
    const headers = { 'x-forwarded-for': '192.0.2.66', 'x-real-ip': '192.0.2.66', cf_connecting_ip: '192.0.2.66' }
    const sent = (await received({ client: '203.0.113.9', headers })).headers
    expect(sent['x-forwarded-for']).toBe('203.0.113.9')
    expect(JSON.stringify(sent)).not.toContain('192.0.2.66')
  })
})

describe('clients whose address chooses the server', () => {
  // https://developers.cloudflare.com/fundamentals/reference/http-headers/#cf-connecting-ip-in-worker-subrequests
  const WORKERS_ADDRESS = '2a06:98c0:3600::103'
  const stickTable = { type: 'ipv6', size: 100, store: 'memory' } as const
  const BACKENDS: readonly [string, Partial<LimpetConfig['backends'][number]>][] = [
    ['balance source', { balance: 'source' }],
    ['stick on src', { balance: 'roundrobin', stickTable, stick: [{ on: 'src' }] }],
  ]

  it.each(BACKENDS)('are one client when a Worker calls for them, and the log says so once: %s', async (_, backend) => {
    const { internet, deployment } = await startWorld({ config: { backends: [{ name: 'app', servers, ...backend }] } })
    for (const { name } of servers) internet.serve(`${name}.example.com`, named(name))
    const of = async (client: string) => (await deployment.ask({ client })).body
    const clients = Array.from({ length: 12 }, (_each, i) => `203.0.113.${i + 1}`)
    const spread = new Set<string>()
    for (const client of clients) {
      spread.add(await of(client))
      expect(await of(client)).toBe(await of(client))
    }
    expect([...spread].toSorted()).toEqual(['s1', 's2'])
    expect(deployment.logged('clients-share-address')).toEqual([])
    const first = await of(WORKERS_ADDRESS)
    for (let i = 0; i < 4; i++) expect(await of(WORKERS_ADDRESS)).toBe(first)
    expect(deployment.logged('clients-share-address')).toEqual([
      expect.objectContaining({ backend: 'app', address: WORKERS_ADDRESS }),
    ])
  })
})
