// Two releases of an application behind a whole balancer, and browsers that keep their cookies.

import type { LimpetConfig } from '../../config/options/root.ts'
import type { SetStates } from '../../releases/standing.ts'
import type { StickStore } from '../../persistence/stick-store.ts'
import type { BalancerPorts } from '../balancer-ports.ts'
import { ARRIVAL, holdBalancer } from '../testing.ts'
import type { Held } from '../testing.ts'

export const server = (name: string, release?: string, more: object = {}) => ({
  name,
  url: `http://${name}.example`,
  release,
  ...more,
})

export const SERVERS = [
  server('a1', 'r1'),
  server('a2', 'r1'),
  server('b1', 'r2'),
  server('b2', 'r2'),
  server('sorry', undefined, { backup: true }),
]

export const NAVIGATES = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
export const FETCHES = { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }
export const LOADS = { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' }

export interface Got {
  readonly status: number
  /** Of the server that answered: servers answer with their names. */
  readonly body: string
  readonly headers: Headers
  /** By name; '' for none: what is set. */
  readonly sets: Readonly<Record<string, string>>
  /** `r1 by pin`. */
  readonly release: string
  readonly verdict: string
}

export interface Browser {
  readonly jar: Map<string, string>
  document(path?: string, headers?: Readonly<Record<string, string>>): Promise<Got>
  part(path?: string, headers?: Readonly<Record<string, string>>, init?: RequestInit): Promise<Got>
  asset(path?: string, headers?: Readonly<Record<string, string>>): Promise<Got>
  ask(path: string, headers: Readonly<Record<string, string>>, init?: RequestInit): Promise<Got>
}

export interface Site {
  readonly held: Held
  browser(address?: string): Browser
  /** What an operator has set. */
  set(states: Partial<SetStates>): void
  down(...servers: string[]): void
  up(...servers: string[]): void
}

/** `app`: besides servers, releases and a readable cookie SRV. */
export async function site(
  app: object = {},
  releases: object = {},
  ports: Partial<BalancerPorts> = {},
  storeOf?: (store: StickStore) => StickStore,
): Promise<Site> {
  const backend = {
    name: 'app',
    cookie: { name: 'SRV', format: 'haproxy' },
    releases: { list: ['r1', 'r2'], current: 'r1', ...releases },
    servers: SERVERS,
    ...app,
  }
  const config = { frontends: [{ name: 'www', defaultBackend: backend.name }], backends: [backend] }
  const held = await holdBalancer(config as unknown as LimpetConfig, ports, storeOf)
  const health = new Map(backend.servers.map(({ name }) => [name, 'up' as 'up' | 'down']))
  let states: SetStates | undefined
  let n = 0
  const accept = () => {
    n += 1
    const servers = Object.fromEntries(
      [...health].map(([name, up]) => [`${backend.name}/${name}`, { admin: 'ready', health: up, weight: 1 } as const]),
    )
    held.accept({ epoch: 1, n, servers, ...(states ? { releases: { [backend.name]: states } } : {}) } as Parameters<
      Held['accept']
    >[0])
  }
  return {
    held,
    browser: (address = '192.0.2.1') => createBrowser(held, address),
    set(changed) {
      const before = states ?? { current: backend.releases.current, canary: null, states: {} }
      states = { ...before, ...changed }
      accept()
    },
    down(...names) {
      for (const name of names) health.set(name, 'down')
      accept()
    },
    up(...names) {
      for (const name of names) health.set(name, 'up')
      accept()
    },
  }
}

export function createBrowser(held: Held, peerAddress: string): Browser {
  const jar = new Map<string, string>()
  const ask: Browser['ask'] = async (path, headers, init = {}) => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const all = { ...(cookie === '' ? {} : { cookie }), ...headers }
    const request = new Request(`http://www.example.com${path}`, { ...init, headers: all })
    const response = await held.handle(request, { ...ARRIVAL, peerAddress })
    const sets: Record<string, string> = {}
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]*)=([^;]*)/.exec(line)!
      sets[name] = value
      jar.set(name, value)
    }
    const line = held.lines.at(-1)!
    const release = `${line.release ?? '-'} by ${line.releaseBy ?? '-'}`
    const body = response.body === null ? '' : await response.text()
    return { status: response.status, body, headers: response.headers, sets, release, verdict: line.verdict }
  }
  return {
    jar,
    ask,
    document: (path = '/', headers = {}) => ask(path, { ...NAVIGATES, ...headers }),
    part: (path = '/api', headers = {}, init = {}) => ask(path, { ...FETCHES, ...headers }, init),
    asset: (path = '/assets/a.js', headers = {}) => ask(path, { ...LOADS, ...headers }),
  }
}
