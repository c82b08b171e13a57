// A server that cannot be reached, as Cloudflare tells it: an answer of its own in place of the server's.

import { describe, expect, it } from 'vitest'

import { answerAsCloudflare, FORMS, STATUSES, UNDELIVERED } from './cloudflare-errors.ts'
import { named } from './internet.ts'
import { sharedWorld } from './world.ts'

const servers = ['s1', 's2'].map((name) => ({ name, url: `https://${name}.example.com` }))
const tunnel = { name: 's3', url: 'https://s3.example.com', via: 'tunnel' as const }
/** s1 is asked first. */
const backend = { name: 'app', balance: 'first', retryBudget: false, ejection: false, servers } as const
const frontends = [
  { name: 'plain', hosts: ['app.example.com'], defaultBackend: 'app' },
  { name: 'tunnelled', hosts: ['tunnel.example.com'], defaultBackend: 'behind' },
]

describe('an answer of Cloudflare in place of a server', () => {
  const world = sharedWorld({
    config: { frontends, backends: [backend, { ...backend, name: 'behind', servers: [tunnel, servers[1]!] }] },
  })

  it.each(STATUSES.flatMap((status) => Object.keys(FORMS).map((form) => [status, form] as const)))(
    'is a failure: %i as %s',
    async (status, form) => {
      const { internet, deployment } = world()
      internet.serve('s1.example.com', (_, response) => answerAsCloudflare(response, status, form))
      internet.serve('s2.example.com', named('s2'))
      expect(await deployment.ask()).toMatchObject({ status: 200, body: 's2' })
      internet.forget()
      const post = await deployment.ask({ method: 'POST', body: 'order' })
      const asked = internet.received.map(({ host }) => host.split('.')[0])
      // Nobody repeats an order that may have been taken.
      if (UNDELIVERED.has(status)) expect([post.status, asked]).toEqual([200, ['s1', 's2']])
      else expect([post.status, asked]).toEqual([503, ['s1']])
    },
  )

  it.each([502, 504])('is passed on, unless the server is behind a Tunnel: %i', async (status) => {
    const { internet, deployment } = world()
    for (const name of ['s1', 's3']) {
      internet.serve(`${name}.example.com`, (_, response) =>
        response.writeHead(status, { server: 'cloudflare' }).end('Bad gateway'),
      )
    }
    internet.serve('s2.example.com', named('s2'))
    expect(await deployment.ask()).toMatchObject({ status })
    expect(await deployment.ask({ host: 'tunnel.example.com' })).toMatchObject({ status: 200, body: 's2' })
    expect(await deployment.ask({ host: 'tunnel.example.com', method: 'POST', body: 'x' })).toMatchObject({
      status: 503,
    })
  })

  it("is the server's own without `server: cloudflare`", async () => {
    const { internet, deployment } = world()
    internet.serve('s1.example.com', (_, response) => response.writeHead(521, { server: 'nginx' }).end('mine'))
    expect(await deployment.ask()).toMatchObject({ status: 521, body: 'mine' })
  })

  it('is what a name without an address gets: 530', async () => {
    const { internet, deployment } = world()
    internet.serve('s2.example.com', named('s2'))
    expect(await deployment.ask({ host: 'tunnel.example.com' })).toMatchObject({ status: 200, body: 's2' })
  })
})
