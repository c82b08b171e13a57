// The bundle that is deployed, run as Cloudflare runs it: without what `limpet serve` binds, so servers are reached by fetch.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { onTestFinished } from 'vitest'

import { bundleWorker, COMPATIBILITY_DATE, COMPATIBILITY_FLAGS } from '../../src/cli/bundle.ts'
import type { LimpetConfig } from '../../src/config/options/root.ts'
import { temporaryDirectory, TOKEN } from './harness.ts'

export interface Edge {
  readonly url: string
  stop(): Promise<void>
  /** What the Worker and its objects have logged. */
  lines(): readonly string[]
}

/** `storage`: where its objects keep what they know, for another start. */
export async function startEdge(config: LimpetConfig, storage?: string): Promise<Edge> {
  const directory = temporaryDirectory()
  const configPath = join(directory, 'limpet.config.ts')
  writeFileSync(configPath, `export default ${JSON.stringify(config)}`)
  const bundlePath = join(directory, 'worker.js')
  await bundleWorker(configPath, bundlePath)
  const objects = { MONITOR: 'Monitor', STICK_TABLE: 'StickTable', SLOTS: 'Slots', STATS: 'Stats' }
  const lines: string[] = []
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      handleStructuredLogs: ({ message }) => void lines.push(message),
      script: readFileSync(bundlePath, 'utf8'),
      compatibilityDate: COMPATIBILITY_DATE,
      compatibilityFlags: [...COMPATIBILITY_FLAGS],
      bindings: { LIMPET_COOKIE_KEYS: 'a-key-for-the-test-suites', LIMPET_ADMIN_TOKEN: TOKEN },
      durableObjects: Object.fromEntries(
        Object.entries(objects).map(([name, className]) => [name, { className, useSQLite: true }]),
      ),
      ...(storage === undefined ? {} : { resourcePersistencePath: storage }),
    }),
  )
  const stop = () => (stopping ??= miniflare.dispose())
  let stopping: Promise<void> | undefined
  onTestFinished(stop)
  return { url: (await miniflare.ready).origin, stop, lines: () => lines }
}
