// Limpet's bundle alone on raw workerd, without the CLI's other services.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { bundleFile } from '../src/cli/bundle.ts'
import type { LimpetConfig } from '../src/config/options/root.ts'
import { BACKEND, COOKIE, COOKIE_KEYS, SERVERS } from './clients.ts'
import { directory } from './processes.ts'
import { TYPICAL_RULES } from './rules.ts'
import type { PlainWorker } from './processes.ts'

export type Bundle = typeof bundleFile

/** Whose defaults: a haproxy.cfg's leave out X-Forwarded-Proto, -Host and -Port. */
export type Profile = 'haproxy' | 'limpet'

type BackendInput = LimpetConfig['backends'][number]

export interface Releases {
  readonly releases: NonNullable<BackendInput['releases']>
  /** By server. */
  readonly of: Readonly<Record<string, string>>
}

export interface Bundled {
  /** As `limpet serve` runs it, each origin a service; otherwise as it is deployed, where fetch finds them. */
  readonly isServe: boolean
  readonly profile?: Profile
  readonly log?: 'json' | 'off'
  /** With those of rules.ts. */
  readonly hasRules?: boolean
  /** With those of release-variants.ts. */
  readonly releases?: Releases
  /** In place of the cookie. */
  readonly stick?: Required<Pick<BackendInput, 'stickTable' | 'stick'>>
  /** Another checkout's. */
  readonly bundle?: Bundle
}

export async function limpetWorker(
  name: string,
  origins: readonly string[],
  { isServe, profile = 'limpet', log = 'off', hasRules = false, releases, stick, bundle = bundleFile }: Bundled,
): Promise<PlainWorker> {
  const config = join(directory, `${name}.json`)
  const outfile = join(directory, `${name}-bundle.js`)
  // A request that comes back is known by the Monitor's identity. No isolate asks it: nobody looks for circles.
  const { frontends, backends } = limpetConfig(origins, true, profile)
  const ruled = frontends!.map((frontend) => ({ ...frontend, ...(hasRules ? TYPICAL_RULES : {}) }))
  const released = releases ? backends.map((backend) => withReleases(backend, releases)) : backends
  const stuck = stick ? released.map((backend) => ({ ...backend, cookie: undefined, ...stick })) : released
  writeFileSync(config, JSON.stringify({ backends: stuck, frontends: ruled, maxPassages: false }))
  await bundle(config, outfile)
  const bindings = [
    `(name = "LIMPET_LOG", text = "${log}")`,
    '(name = "LIMPET_DEPLOYMENT", text = "bench")',
    `(name = "LIMPET_COOKIE_KEYS", text = "${COOKIE_KEYS}")`,
  ]
  const code = readFileSync(outfile, 'utf8')
  if (!isServe) return { name, code, bindings }
  const isServed = '(name = "LIMPET_SERVE", text = "1"), (name = "LIMPET_SOCKET", json = "{}")'
  const worker = {
    name,
    code,
    bindings: [isServed, ...bindings, ...serverBindings()],
    services: serverServices(origins),
  }
  if (stick) return withObject(worker, 'STICK_TABLE', 'StickTable')
  // What `limpet release` sets would be kept there; no request asks it.
  return releases ? withObject(worker, 'MONITOR', 'Monitor') : worker
}

function withObject(worker: PlainWorker, binding: string, object: string): PlainWorker {
  const namespace = `(name = "${binding}", durableObjectNamespace = "${object}")`
  return { ...worker, bindings: [...worker.bindings, namespace], object }
}

function withReleases(backend: BackendInput, { releases, of }: Releases): BackendInput {
  return { ...backend, releases, servers: backend.servers.map((server) => ({ ...server, release: of[server.name]! })) }
}

/** Each origin is a service, with the client's Host kept. */
export function serverBindings(): readonly string[] {
  return SERVERS.map((server) => `(name = "${serviceOf(server)}", service = "${serviceOf(server)}")`)
}

export function serverServices(origins: readonly string[]): readonly string[] {
  return SERVERS.map((server, i) => {
    const { host } = new URL(origins[i]!)
    return `(name = "${serviceOf(server)}", external = (address = "${host}", http = (style = host)))`
  })
}

function serviceOf(server: string): string {
  return `server:${BACKEND}/${server}`
}

/** No check and no admin token: what a plain sticky balancer needs, and no isolate polls the Monitor. */
export function limpetConfig(origins: readonly string[], dated: boolean, profile: Profile = 'limpet'): LimpetConfig {
  return {
    frontends: [
      {
        name: 'main',
        defaultBackend: BACKEND,
        ...(profile === 'haproxy' ? { xForwarded: false, dropForwarded: false } : {}),
      },
    ],
    backends: [
      {
        name: BACKEND,
        balance: 'roundrobin',
        cookie: { name: COOKIE, ...(dated ? { maxidle: '30m', maxlife: '8h' } : {}) },
        servers: SERVERS.map((name, i) => ({ name, url: origins[i]! })),
      },
    ],
  }
}
