// The bundle that `wrangler deploy` would upload, with FILE in the place of limpet.config.ts.

import { fileURLToPath } from 'node:url'

import { build } from 'esbuild'

import { messageOf } from '../errors.ts'
import { CliError } from './cli-error.ts'

const WORKER = fileURLToPath(new URL('../worker.ts', import.meta.url))

export async function bundleWorker(configPath: string, outfile: string): Promise<void> {
  try {
    await build({
      entryPoints: [WORKER],
      outfile,
      bundle: true,
      format: 'esm',
      target: 'es2024',
      minify: true,
      keepNames: false,
      logLevel: 'silent',
      external: ['cloudflare:*'],
      conditions: ['workerd', 'worker', 'browser'],
      plugins: [
        {
          name: 'limpet-config',
          setup: ({ onResolve }) =>
            onResolve({ filter: /limpet\.config\.ts$/ }, ({ importer }) =>
              importer === WORKER ? { path: configPath } : undefined,
            ),
        },
      ],
    })
  } catch (error) {
    throw new CliError(`${configPath}: could not be bundled: ${messageOf(error)}`)
  }
}

/** wrangler.toml's compatibility settings: the same runtime behaviour in both places. */
export const COMPATIBILITY_DATE = '2026-10-20'
export const COMPATIBILITY_FLAGS = ['enable_request_signal', 'no_nodejs_compat', 'no_nodejs_compat_v2']
