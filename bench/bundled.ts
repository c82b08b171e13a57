// Limpet's bundle alone on raw workerd, without the CLI's other services.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { bundleWorker } from '../src/cli/bundle.ts'
import type { LimpetConfig } from '../src/config/options/root.ts'
import { BACKEND, COOKIE, COOKIE_KEYS, SERVERS } from './clients.ts'
import { directory } from './processes.ts'
import type { PlainWorker } from './processes.ts'

export type Bundle = typeof bundleWorker

/**
 * `isServe`: as `limpet serve` runs it, each origin a service of its own; otherwise as it is deployed, where fetch finds them.
 * `bundle`: another checkout's.
 */
export async function limpetWorker(
  name: string,
  origins: readonly string[],
  isServe: boolean,
  bundle = bundleWorker,
): Promise<PlainWorker> {
  const config = join(directory, `${name}.json`)
  const outfile = join(directory, `${name}-bundle.js`)
  // There is no Monitor, by whose identity a request that comes back is known: nobody looks for circles.
  writeFileSync(config, JSON.stringify({ ...limpetConfig(origins, true), maxPassages: false }))
  await bundle(config, outfile)
  const bindings = [
    '(name = "LIMPET_LOG", text = "off")',
    '(name = "LIMPET_DEPLOYMENT", text = "bench")',
    `(name = "LIMPET_COOKIE_KEYS", text = "${COOKIE_KEYS}")`,
  ]
  const code = readFileSync(outfile, 'utf8')
  if (!isServe) return { name, code, bindings }
  return {
    name,
    code,
    bindings: [
      '(name = "LIMPET_SERVE", text = "1")',
      ...bindings,
      ...SERVERS.map((server) => `(name = "server:${BACKEND}/${server}", service = "server:${BACKEND}/${server}")`),
    ],
    services: SERVERS.map(
      (server, i) =>
        `(name = "server:${BACKEND}/${server}", external = (address = "${new URL(origins[i]!).host}", http = (style = host)))`,
    ),
  }
}

/** No check and no admin token: what a plain sticky balancer needs, and no isolate polls the Monitor. */
export function limpetConfig(origins: readonly string[], dated: boolean): LimpetConfig {
  return {
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
