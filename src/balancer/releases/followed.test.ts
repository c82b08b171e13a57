// A backend that follows the releases of another: one pin, one draw, one application.

import { describe, expect, it } from 'vitest'

import type { LimpetConfig } from '../../config/options/root.ts'
import { answers, holdBalancer } from '../testing.ts'
import type { Held } from '../testing.ts'
import type { SetStates } from '../../releases/standing.ts'
import { createBrowser, server, site } from './testing.ts'

async function webAndApi(releases: object = {}) {
  const config = {
    frontends: [{ name: 'www', rules: [{ paths: '/api/*', backend: 'api' }], defaultBackend: 'web' }],
    backends: [
      { name: 'api', releases: 'web', servers: [server('api1', 'r1'), server('api2', 'r2')] },
      {
        name: 'web',
        releases: { list: ['r1', 'r2'], current: 'r1', ...releases },
        servers: [server('web1', 'r1'), server('web2', 'r2')],
      },
    ],
  }
  const held = await holdBalancer(config as unknown as LimpetConfig)
  let n = 0
  const set = (states: Partial<SetStates> & Pick<SetStates, 'current'>, down: readonly string[] = []) => {
    n += 1
    const servers = Object.fromEntries(
      ['api/api1', 'api/api2', 'web/web1', 'web/web2'].map((key) => [
        key,
        { admin: 'ready', health: down.includes(key) ? 'down' : 'up', weight: 1 },
      ]),
    )
    held.accept({ epoch: 1, n, servers, releases: { web: { states: {}, canary: null, n, ...states } } } as Parameters<
      Held['accept']
    >[0])
  }
  return { held, set, browser: (address = '192.0.2.1') => createBrowser(held, address) }
}

describe("releases: 'web'", () => {
  it("keeps a page's requests to the other backend on the page's release after a promotion", async () => {
    const { set, browser } = await webAndApi()
    const old = browser()
    expect((await old.document('/')).body).toBe('web1')
    set({ current: 'r2', states: { r1: 'kept' } })
    expect(await old.part('/api/x')).toMatchObject({ body: 'api1', release: 'r1 by pin' })
    const fresh = browser('192.0.2.2')
    expect((await fresh.document('/')).body).toBe('web2')
    expect(await fresh.part('/api/x')).toMatchObject({ body: 'api2', release: 'r2 by pin' })
  })

  it('writes a pin that the backend with the list reads', async () => {
    const { set, browser } = await webAndApi()
    const client = browser()
    expect(Object.keys((await client.part('/api/x')).sets)).toEqual(['RELEASE'])
    set({ current: 'r2', states: { r1: 'kept' } })
    expect(await client.part('/page')).toMatchObject({ body: 'web1', release: 'r1 by pin' })
  })

  it('draws a client once for both', async () => {
    const { set, browser } = await webAndApi({ draw: 'source' })
    set({ current: 'r1', canary: { name: 'r2', share: 0.5 } })
    const seen = new Set<string>()
    for (let i = 1; i <= 40; i++) {
      // Without cookies: the address decides.
      const address = `192.0.2.${i}`
      const web = await browser(address).part('/page')
      const api = await browser(address).part('/api/x')
      expect(api.release).toBe(web.release)
      seen.add(web.release)
    }
    expect(seen).toEqual(new Set(['r1 by draw', 'r2 by draw']))
  })

  it('goes to another release of its own while it has no server of the right one', async () => {
    const { set, browser } = await webAndApi()
    const client = browser()
    await client.document('/')
    set({ current: 'r1', states: { r2: 'kept' } }, ['api/api1'])
    expect(await client.part('/api/x')).toMatchObject({ body: 'api2', release: 'r2 by down' })
    expect(await client.part('/page')).toMatchObject({ body: 'web1', release: 'r1 by pin' })
  })
})

describe("release: '*'", () => {
  const SERVERS = [server('a1', 'r1'), server('all', '*')]

  it('is of every release, and its documents bring the pin of the chosen one', async () => {
    const { browser, set } = await site({ servers: SERVERS, cookie: undefined, balance: 'roundrobin' })
    const bodies = new Set<string>()
    for (let i = 1; i <= 4; i++) bodies.add((await browser(`192.0.2.${i}`).document()).body)
    expect(bodies).toEqual(new Set(['a1', 'all']))
    set({ current: 'r2', states: { r1: 'kept' } })
    const client = browser('192.0.2.9')
    expect(await client.document()).toMatchObject({ body: 'all', release: 'r2 by draw' })
    expect(await client.part()).toMatchObject({ body: 'all', release: 'r2 by pin' })
  })

  it("keeps a client by its cookie, whatever the client's release, and says nothing of it", async () => {
    const { browser, set } = await site({ servers: [server('all', '*'), server('b1', 'r2')] })
    const client = browser()
    expect(await client.document()).toMatchObject({ body: 'all', release: 'r1 by draw' })
    client.jar.delete('RELEASE')
    set({ current: 'r2', states: { r1: 'kept' } })
    expect(await client.document()).toMatchObject({ body: 'all', release: 'r2 by draw', verdict: 'VN' })
  })

  it('is not asked again for a file that it does not have', async () => {
    const { browser, held } = await site({ servers: [server('all', '*')] })
    held.servers.set('all', answers(404))
    expect((await browser().asset()).status).toBe(404)
    expect(held.sent).toHaveLength(1)
  })
})
