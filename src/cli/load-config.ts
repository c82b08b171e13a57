// Finding and evaluating what the operator wrote: limpet.config.ts (or .js), JSON or a haproxy.cfg, with the `env` that
// the Worker would have: `vars` of the wrangler file beside it, then .dev.vars, then the process's own environment for LIMPET_*.

import { existsSync, readFileSync } from 'node:fs'
import { dirname, extname, join, resolve } from 'node:path'
import { parseEnv } from 'node:util'

import { build } from 'esbuild'
import type { Plugin } from 'esbuild'

import { configFor } from '../config/define.ts'
import type { ConfigSource } from '../config/define.ts'
import type { StatsSocket } from '../config/haproxy/stats-socket.ts'
import type { Diagnostic } from '../config/haproxy/line-status.ts'
import type { ConfigIssue } from '../config/issue.ts'
import { messageOf } from '../errors.ts'
import { CliError } from './cli-error.ts'
import { isHaproxyFile, translateFiles } from './haproxy.ts'
import { readWrangler } from './wrangler-file.ts'
import type { WranglerFile } from './wrangler-file.ts'

/** Of an issue what says where it is. */
export type IssueAt = Pick<ConfigIssue, 'keys' | 'code'>

export interface LoadedConfig {
  /** Absolute. */
  readonly path: string
  /** Not validated yet. */
  readonly written: unknown
  /** What the Worker's `env` would hold besides bindings. */
  readonly vars: Readonly<Record<string, unknown>>
  /** Undefined: there is none beside it. */
  readonly wrangler: WranglerFile | undefined
  /** What .dev.vars holds. */
  readonly devVars: readonly string[]
  /** The file that an issue is in, and its line where that is known. */
  readonly whereOf: (issue: IssueAt) => string
  /** Of a haproxy.cfg: what became of its lines. */
  readonly diagnostics?: readonly Diagnostic[]
  /** Of a haproxy.cfg: sockets for HAProxy's commands. */
  readonly statsSockets: readonly StatsSocket[]
}

/** `more`: parts of a haproxy.cfg that follow the first. `environment`: of the wrangler file; undefined: its top level. */
export async function loadConfig(
  file: string,
  more: readonly string[] = [],
  environment?: string,
): Promise<LoadedConfig> {
  const path = resolve(file)
  const other = more.find((each) => !isHaproxyFile(each) || !isHaproxyFile(file))
  if (other !== undefined) throw new CliError(`${other}: only files of HAProxy's can be joined; -f takes FILE.cfg`)
  const missing = more.find((each) => !existsSync(each))
  if (missing !== undefined) throw new CliError(`${missing}: there is no such file`)
  if (!existsSync(path)) {
    throw new CliError(`${file}: there is no such file. Write one (README.md shows how), or name another.`)
  }
  const wrangler = readWrangler(dirname(path), environment)
  const devVars = readDevVars(dirname(path), environment)
  const vars = { ...wrangler?.environments[0]!.vars, ...devVars, ...ownVariables() }
  const around = { path, vars, wrangler, devVars: Object.keys(devVars) }
  if (isHaproxyFile(path)) {
    const { config, diagnostics, statsSockets, lineOf } = await translateFiles([file, ...more])
    const whereOf = ({ keys }: IssueAt) => lineOf(keys) ?? file
    return { ...around, written: config, diagnostics, statsSockets, whereOf }
  }
  const written = writtenFor((await evaluate(path, file)) as ConfigSource, vars, file)
  return { ...around, written, statsSockets: [], whereOf: () => file }
}

function writtenFor(source: ConfigSource, vars: Record<string, unknown>, file: string): unknown {
  try {
    return configFor(source, vars)
  } catch (error) {
    throw new CliError(
      `${file}: its function of env failed: ${messageOf(error)}. env holds the wrangler file's vars, .dev.vars and LIMPET_* variables.`,
    )
  }
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

/** An environment's own file is read in place of the general one. */
function readDevVars(directory: string, environment: string | undefined): Readonly<Record<string, string | undefined>> {
  const names = environment === undefined ? ['.dev.vars'] : [`.dev.vars.${environment}`, '.dev.vars']
  const path = names.map((name) => join(directory, name)).find((each) => existsSync(each))
  return path === undefined ? {} : parseEnv(readFileSync(path, 'utf8'))
}

function ownVariables(): Record<string, unknown> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('LIMPET_')))
}
