// The four Workers of a proof as wrangler wants them: three origins that differ by name, and the balancer before them.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { COMPATIBILITY_DATE, COMPATIBILITY_FLAGS } from '../../src/cli/bundle.ts'
import type { LimpetConfig } from '../../src/config/options/root.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export const ORIGINS = ['one', 'two', 'three'] as const
/** How soon the checks should see what they can see. */
export const INTER_S = 2
/** No name server knows it (RFC 6761). */
export const GONE = 'https://gone.invalid'

export interface Secrets {
  /** Of the origins' `/prove/` paths. */
  readonly proveKey: string
  readonly adminToken: string
  readonly cookieKeys: string
}

const COMMON = {
  compatibility_date: COMPATIBILITY_DATE,
  workers_dev: true,
  preview_urls: false,
  send_metrics: false,
}

/** Returns the path of its wrangler.json. */
export function writeOrigin(directory: string, name: string, { proveKey }: Secrets, hosts: readonly string[]): string {
  return writeWorker(directory, {
    ...COMMON,
    name,
    main: join(ROOT, 'test/prove/origin.js'),
    vars: { PROVE_NAME: name, PROVE_KEY: proveKey },
    // As a server elsewhere is reached, not as a Worker of the same account. The last one shows what happens without.
    compatibility_flags: name.endsWith(ORIGINS.at(-1)!) ? [] : ['global_fetch_strictly_public'],
    routes: hosts.map((pattern) => ({ pattern, custom_domain: true })),
  })
}

export function writeBalancer(
  directory: string,
  name: string,
  { adminToken, cookieKeys }: Secrets,
  origins: readonly string[],
  hosts: readonly string[],
): string {
  const config: LimpetConfig = {
    backends: [
      {
        name: 'app',
        cookie: { name: 'SERVERID' },
        check: { uri: '/health', inter: `${INTER_S}s`, fall: 2, rise: 2 },
        servers: [...origins.map((url, i) => ({ name: ORIGINS[i]!, url })), { name: 'gone', url: GONE }],
      },
    ],
  }
  mkdirSync(directory, { recursive: true })
  const entry = join(directory, 'worker.ts')
  writeFileSync(
    entry,
    `import { createLimpet } from ${JSON.stringify(join(ROOT, 'src/cloudflare/limpet.ts'))}
const limpet = createLimpet(${JSON.stringify(config)})
export const { Monitor, StickTable, Slots, Stats } = limpet
export default limpet.worker
`,
  )
  const classes = { MONITOR: 'Monitor', STICK_TABLE: 'StickTable', SLOTS: 'Slots', STATS: 'Stats' }
  return writeWorker(directory, {
    ...COMMON,
    name,
    main: entry,
    minify: true,
    vars: { LIMPET_COOKIE_KEYS: cookieKeys, LIMPET_ADMIN_TOKEN: adminToken },
    compatibility_flags: [...COMPATIBILITY_FLAGS, 'global_fetch_strictly_public'],
    durable_objects: {
      bindings: Object.entries(classes).map(([binding, className]) => ({ name: binding, class_name: className })),
    },
    migrations: [{ tag: 'v1', new_sqlite_classes: Object.values(classes) }],
    routes: hosts.map((pattern) => ({ pattern, custom_domain: true })),
  })
}

function writeWorker(directory: string, settings: object): string {
  mkdirSync(directory, { recursive: true })
  const path = join(directory, 'wrangler.json')
  writeFileSync(path, JSON.stringify(settings, null, 2), { mode: 0o600 })
  return path
}
