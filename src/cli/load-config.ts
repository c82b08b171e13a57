// Finding and evaluating what the operator wrote: limpet.config.ts (or .js), JSON or a haproxy.cfg, with the `env` that
// the Worker would have: [vars] of the wrangler.toml beside it, then .dev.vars, then the process's own environment for LIMPET_*.

import { existsSync, readFileSync } from 'node:fs'
import { dirname, extname, join, resolve } from 'node:path'
import { parseEnv } from 'node:util'

import { build } from 'esbuild'
import type { Plugin } from 'esbuild'
import { parse as parseToml } from 'smol-toml'

import { configFor } from '../config/define.ts'
import type { ConfigSource } from '../config/define.ts'
import type { StatsSocket } from '../config/haproxy/stats-socket.ts'
import type { Diagnostic } from '../config/haproxy/verdict.ts'
import type { ConfigIssue } from '../config/issue.ts'
import { CliError } from './cli-error.ts'
import { isHaproxyFile, translateFiles } from './haproxy.ts'

export interface LoadedConfig {
  /** Absolute. */
  readonly path: string
  /** Not validated yet. */
  readonly written: unknown
  /** What the Worker's `env` would hold besides bindings. */
  readonly vars: Readonly<Record<string, unknown>>
  /** Whether wrangler.toml has the binding that mail is sent by; undefined: there is no such file beside it. */
  readonly hasMailBinding: boolean | undefined
  /** The file that an issue is in, and its line where that is known. */
  readonly whereOf: (issue: ConfigIssue) => string
  /** Of a haproxy.cfg: what became of its lines. */
  readonly diagnostics?: readonly Diagnostic[]
  /** Of a haproxy.cfg: sockets for HAProxy's commands. */
  readonly statsSockets: readonly StatsSocket[]
}

/** `more`: parts of a haproxy.cfg that follow the first. */
export async function loadConfig(file: string, more: readonly string[] = []): Promise<LoadedConfig> {
  const path = resolve(file)
  const other = more.find((each) => !isHaproxyFile(each) || !isHaproxyFile(file))
  if (other !== undefined) throw new CliError(`${other}: only files of HAProxy's can be joined; -f takes FILE.cfg`)
  const missing = more.find((each) => !existsSync(each))
  if (missing !== undefined) throw new CliError(`${missing}: there is no such file`)
  if (!existsSync(path)) {
    throw new CliError(`${file}: there is no such file. Write one (README.md shows how), or name another.`)
  }
  const wrangler = readWrangler(dirname(path))
  const vars = readVars(dirname(path), wrangler)
  const hasMailBinding = wrangler && (wrangler.send_email ?? []).some(({ name }) => name === 'EMAIL')
  if (isHaproxyFile(path)) {
    const { config, diagnostics, statsSockets, lineOf } = await translateFiles([file, ...more])
    const whereOf = (issue: ConfigIssue) => lineOf(issue.path) ?? file
    return { path, written: config, vars, diagnostics, statsSockets, hasMailBinding, whereOf }
  }
  const written = configFor((await evaluate(path, file)) as ConfigSource, vars)
  return { path, written, vars, statsSockets: [], hasMailBinding, whereOf: () => file }
}

async function evaluate(path: string, file: string): Promise<unknown> {
  if (extname(path) === '.json') {
    try {
      return JSON.parse(readFileSync(path, 'utf8'))
    } catch (error) {
      throw new CliError(`${file}: is not JSON: ${messageOf(error)}`)
    }
  }
  if (!['.ts', '.js', '.mjs', '.mts'].includes(extname(path))) {
    throw new CliError(`${file}: a configuration ends in .ts, .js, .json or .cfg`)
  }
  const module = await importBundled(path, file)
  if (module.default === undefined) {
    throw new CliError(`${file}: has no default export; write \`export default defineConfig({ ... })\``)
  }
  return module.default
}

/** Bundled first, as it will be in the Worker: what works here works there, whatever the package around it says. */
async function importBundled(path: string, file: string): Promise<{ default?: unknown }> {
  try {
    const { outputFiles } = await build({
      entryPoints: [path],
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'node',
      logLevel: 'silent',
      plugins: [withoutRuntime],
    })
    const code = Buffer.from(outputFiles[0]!.contents).toString('base64')
    return (await import(`data:text/javascript;base64,${code}`)) as { default?: unknown }
  } catch (error) {
    throw new CliError(`${file}: could not be loaded: ${messageOf(error)}`)
  }
}

/** `defineConfig` from the package's index brings the Worker along, which needs modules of workerd; none of it runs here. */
const withoutRuntime: Plugin = {
  name: 'without-runtime',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^cloudflare:/ }, ({ path }) => ({ path, namespace: 'runtime' }))
    onLoad({ filter: /.*/, namespace: 'runtime' }, () => ({
      contents: 'export class DurableObject {}; export class WorkerEntrypoint {}; export function connect() {}',
    }))
  },
}

interface Wrangler {
  readonly vars?: Readonly<Record<string, unknown>>
  readonly send_email?: readonly { readonly name?: unknown }[]
}

function readWrangler(directory: string): Wrangler | undefined {
  const path = join(directory, 'wrangler.toml')
  if (!existsSync(path)) return undefined
  try {
    return parseToml(readFileSync(path, 'utf8')) as Wrangler
  } catch (error) {
    throw new CliError(`${path}: is not TOML: ${messageOf(error)}`)
  }
}

function readVars(directory: string, wrangler: Wrangler | undefined): Record<string, unknown> {
  const vars: Record<string, unknown> = { ...wrangler?.vars }
  const devVars = join(directory, '.dev.vars')
  if (existsSync(devVars)) Object.assign(vars, parseEnv(readFileSync(devVars, 'utf8')))
  for (const [name, value] of Object.entries(process.env)) if (name.startsWith('LIMPET_')) vars[name] = value
  return vars
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
