// The bundle that `wrangler deploy` would upload, with another configuration's module in the place of worker-config.ts.

import { dirname } from 'node:path'

import type * as esbuild from 'esbuild'

import type { Config } from '../config/config.ts'
import { configOrThrow } from '../config/validate.ts'
import { messageOf } from '../errors.ts'
import { CliError } from './cli-error.ts'
import { configModule } from './config-module.ts'
import type { Written } from './config-module.ts'
import { loadConfig } from './load-config.ts'
import { ownEntries, ownModule } from './own-modules.ts'
import { requirePeer } from './peers.ts'
import { writeSecret } from './serve/secret-file.ts'

const WORKER = ownModule('worker')
const SERVED_WORKER = ownModule('serve-worker')

/** `config`: what the file was resolved to. There may be passwords in it, so only this user can read `outfile`. */
export function bundleWorker(written: Written, config: Config, outfile: string): Promise<void> {
  return bundle(written, outfile, workerBuild(configModule(written, config, outfile), dirname(outfile)))
}

/** The same for `limpet serve`, which splits it over processes. */
export function bundleServed(written: Written, config: Config, outfile: string): Promise<void> {
  const contents = configModule(written, config, outfile)
  return bundle(written, outfile, buildOf(SERVED_WORKER, configInPlace(contents, dirname(outfile))))
}

/** Without a configuration: it imports `./worker-config.js`. */
export async function bundleServedAlone(outfile: string): Promise<void> {
  const { build } = requirePeer<typeof esbuild>('esbuild', 'a checkout of Limpet')
  await build({ ...buildOf(SERVED_WORKER, configLeftOpen), outfile })
}

async function bundle(written: Written, outfile: string, options: esbuild.BuildOptions): Promise<void> {
  const { build } = requirePeer<typeof esbuild>('esbuild', written.path)
  try {
    const { outputFiles } = await build({ ...options, outfile, write: false })
    for (const each of outputFiles!) writeSecret(each.path, each.text)
  } catch (error) {
    if (error instanceof CliError) throw error
    throw new CliError(`${written.path}: could not be bundled: ${messageOf(error)}`)
  }
}

/** What esbuild is to do. `contents`: the configuration's module, which would be in `resolveDir`. */
export function workerBuild(contents: string, resolveDir: string): esbuild.BuildOptions {
  return buildOf(WORKER, configInPlace(contents, resolveDir))
}

function buildOf(entry: string, configOf: (entry: string) => esbuild.Plugin): esbuild.BuildOptions {
  return {
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    target: 'es2024',
    minify: true,
    keepNames: false,
    logLevel: 'silent',
    external: ['cloudflare:*'],
    conditions: ['workerd', 'worker', 'browser'],
    plugins: [ownEntries, configOf(entry)],
  }
}

const CONFIG = /^\.\/worker-config\.[jt]s$/

const configInPlace =
  (contents: string, resolveDir: string) =>
  (entry: string): esbuild.Plugin => ({
    name: 'limpet-config',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: CONFIG }, ({ path, importer }) =>
        importer === entry ? { path, namespace: 'limpet-config' } : undefined,
      )
      onLoad({ filter: /.*/, namespace: 'limpet-config' }, () => ({ contents, resolveDir }))
    },
  })

const configLeftOpen = (): esbuild.Plugin => ({
  name: 'limpet-config',
  setup: ({ onResolve }) => onResolve({ filter: CONFIG }, () => ({ path: './worker-config.js', external: true })),
})

/** Of a file as it is: what only one target has is let pass. */
export async function bundleFile(file: string, outfile: string): Promise<void> {
  const loaded = await loadConfig(file)
  await bundleWorker(loaded, configOrThrow(loaded.written, 'either'), outfile)
}

/** wrangler.toml's compatibility settings: the same runtime behaviour in both places. */
export const COMPATIBILITY_DATE = '2026-10-20'
export const COMPATIBILITY_FLAGS = ['enable_request_signal', 'no_nodejs_compat', 'no_nodejs_compat_v2']
