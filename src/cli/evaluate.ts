// A module's default export, evaluated as the Worker would: bundled first, so that what works here works there, whatever the
// package around it says. What goes wrong in it is told by its place in the operator's own file.

import { isBuiltin, SourceMap } from 'node:module'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'

import type * as esbuild from 'esbuild'
import type { BuildFailure, BuildResult, Message, Plugin } from 'esbuild'

import { messageOf } from '../errors.ts'
import { ConfigError } from './cli-error.ts'
import { noteFile } from './files-read.ts'
import { ownEntries } from './own-modules.ts'
import { requirePeer } from './peers.ts'
import type { Place } from './place.ts'

export interface Evaluated {
  readonly value: unknown
  /** Keys that stand twice in one object. */
  readonly duplicates: readonly Place[]
  /** Where in the operator's files an error was thrown. */
  readonly placeOf: (error: unknown) => Place
}

/** `file`: as the operator named it. `text`: what stands in it. */
export async function evaluateModule(file: string, text: string): Promise<Evaluated> {
  const path = resolve(file)
  const { outputFiles, warnings } = await bundle(path, file, text)
  const [map, code] = [
    outputFiles.find((each) => each.path.endsWith('.map')),
    outputFiles.find((each) => each.path.endsWith('.js')),
  ]
  const placeOf = (error: unknown) => thrownAt(error, new SourceMap(JSON.parse(map!.text)), file) ?? { file }
  const url = `data:text/javascript;base64,${Buffer.from(`${code!.text}\n//# sourceURL=${RUN_AS}`).toString('base64')}`
  const duplicates = warnings
    .filter(({ id }) => id === 'duplicate-object-key')
    .map((warning) => placeOfMessage(warning, file))
  try {
    const module = (await withStrays(() => inTime(import(url), file))) as { default?: unknown }
    return { value: defaultOf(module, file), duplicates, placeOf }
  } catch (error) {
    if (error instanceof ConfigError) throw error
    const problem = oneLine(error)
    const advice = problem.includes("(reading 'env')") ? `; ${NO_PROCESS}` : ''
    throw new ConfigError('failed-to-evaluate', placeOf(error), `could not be loaded: ${problem}${advice}`)
  }
}

const AS_FUNCTION = 'make the configuration a function of env, `export default defineConfig((env) => ({ ... }))`'
const NO_PROCESS = `a Worker has no process.env: ${AS_FUNCTION}`

const MAX_MS = 10_000

/** Node ends silently when a top-level await never settles. */
async function inTime<T>(promise: Promise<T>, file: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const text = `could not be loaded: its top-level await has not ended after ${MAX_MS / 1000} s`
    timer = setTimeout(() => reject(new ConfigError('failed-to-evaluate', { file }, text)), MAX_MS)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

/**
 * What `run` comes to; rejects with what is thrown meanwhile where nothing catches it: by a timer of the operator's, in a Promise that
 * is not awaited. Node would end with a stack.
 */
export async function withStrays<T>(run: () => T | Promise<T>): Promise<T> {
  let fail: (error: unknown) => void
  const stray = new Promise<never>((_, reject) => void (fail = reject))
  const events = ['unhandledRejection', 'uncaughtException'] as const
  for (const event of events) process.on(event, fail!)
  const settled = async () => {
    const value = await run()
    // Node tells of rejections after the microtasks.
    await turn()
    return value
  }
  try {
    return await Promise.race([settled(), stray])
  } finally {
    for (const event of events) process.off(event, fail!)
  }
}

/** How a stack names the bundle. */
const RUN_AS = 'limpet-bundled-configuration'

async function bundle(
  path: string,
  file: string,
  text: string,
): Promise<BuildResult<{ write: false }> & { outputFiles: NonNullable<BuildResult['outputFiles']> }> {
  const extension = extname(path)
  const { build } = requirePeer<typeof esbuild>('esbuild', file)
  try {
    const built = await build({
      stdin: {
        contents: text,
        sourcefile: basename(path),
        resolveDir: dirname(path),
        loader: extension.endsWith('ts') ? 'ts' : 'js',
      },
      absWorkingDir: dirname(path),
      outfile: join(dirname(path), 'bundled.js'),
      bundle: true,
      write: false,
      metafile: true,
      format: 'esm',
      platform: 'node',
      sourcemap: 'external',
      logLevel: 'silent',
      plugins: [ownEntries, withoutRuntime, withoutNode],
      // A Worker has none. Here it would be this machine's, and what it holds would be deployed.
      define: { process: 'undefined', 'globalThis.process': 'undefined', 'global.process': 'undefined' },
    })
    for (const input of Object.keys(built.metafile.inputs)) noteFile(join(dirname(path), input))
    return built
  } catch (error) {
    const [first] = (error as BuildFailure).errors ?? []
    if (!first) throw new ConfigError('syntax-error', { file }, `could not be loaded: ${oneLine(error)}`)
    const more = (error as BuildFailure).errors.length - 1
    const rest = more > 0 ? ` (and ${more} more)` : ''
    throw new ConfigError('syntax-error', placeOfMessage(first, file), `could not be loaded: ${first.text}${rest}`)
  }
}

function placeOfMessage({ location }: Message, file: string): Place {
  if (!location) return { file }
  // Bytes of UTF-8.
  const column = Buffer.from(location.lineText).subarray(0, location.column).toString().length + 1
  const named = location.file === basename(file) ? file : join(dirname(file), location.file)
  return { file: named, line: location.line, column }
}

/** The innermost frame in a file of the operator's. */
function thrownAt(error: unknown, map: SourceMap, file: string): Place | undefined {
  const frames = String((error as Error | undefined)?.stack).matchAll(/(\S+?):(\d+):(\d+)\)?$/gm)
  for (const [, where, line, column] of frames) {
    if (!where!.includes(RUN_AS) && !where!.includes('data:text/javascript')) continue
    const entry = map.findEntry(Number(line) - 1, Number(column) - 1)
    if (!('originalSource' in entry) || /node_modules|^runtime:/.test(entry.originalSource)) continue
    const named = entry.originalSource === basename(file) ? file : join(dirname(file), entry.originalSource)
    return { file: named, line: entry.originalLine + 1, column: entry.originalColumn + 1 }
  }
  return undefined
}

function defaultOf(module: { default?: unknown }, file: string): unknown {
  const refuse = (text: string) => {
    throw new ConfigError('no-default-export', { file }, text)
  }
  const { default: value } = module
  if (!('default' in module) || value === undefined)
    refuse('has no default export; write `export default defineConfig({ ... })`')
  if (isPromise(value))
    refuse('its default export is a Promise, and a Worker does not wait: write `export default await ...`')
  const isClass = typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value))
  const what = isClass ? 'a class' : Array.isArray(value) ? 'a list' : value === null ? 'null' : undefined
  if (what !== undefined)
    refuse(`its default export is ${what}; it must be an object, or a function of env that returns one`)
  return value
}

export function isPromise(value: unknown): boolean {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}

export function oneLine(error: unknown): string {
  return messageOf(error).replaceAll(/\s*\n\s*/g, ' ')
}

/** `defineConfig` from the package's index brings the Worker along, which needs modules of workerd; none of it runs here. */
const withoutRuntime: Plugin = {
  name: 'without-runtime',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^cloudflare:/ }, ({ path }) => ({ path, namespace: 'runtime' }))
    onLoad({ filter: /.*/, namespace: 'runtime' }, () => ({ contents: RUNTIME }))
  },
}

// What `env` holds is known to the Worker alone: anything that it gave here would be deployed.
const RUNTIME = `
  export class DurableObject {}
  export class WorkerEntrypoint {}
  export function connect() {}
  const refuse = (_, key) => {
    if (typeof key === 'symbol') return undefined
    throw new Error(${JSON.stringify(`env of cloudflare:workers is not known here: ${AS_FUNCTION}`)})
  }
  export const env = new Proxy({}, {
    get: refuse, has: refuse, getOwnPropertyDescriptor: refuse, ownKeys: () => refuse(undefined, ''),
  })
`

/** Neither has the Worker any; here they would bring this machine's files and variables into what is deployed. */
const withoutNode: Plugin = {
  name: 'without-node',
  setup({ onResolve, resolve: resolveImport }) {
    onResolve({ filter: /^[a-z]/ }, async ({ path, importer, resolveDir, kind, namespace }) => {
      if (!isBuiltin(path)) return undefined
      if (!path.startsWith('node:')) {
        // A package may be called so; behind a slash it is not taken for Node's.
        const found = await resolveImport(`${path}/`, { importer, resolveDir, kind, namespace })
        if (found.errors.length === 0) return found
      }
      const advice = /^(?:node:)?process$/.test(path)
        ? AS_FUNCTION
        : 'write the data that you need into a file, and import that'
      return { errors: [{ text: `"${path}" is a module of Node, and a Worker has none: ${advice}` }] }
    })
  },
}
