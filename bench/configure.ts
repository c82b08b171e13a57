// What does a configuration cost an isolate before its first request? Fresh Node processes import the Worker's bundle, once built by
// `limpet build` and once with the validator in it, as it is for a function of env, and ask for the configuration.

import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

import { build } from 'esbuild'

import { configModule } from '../src/cli/config-module.ts'
import { loadConfig } from '../src/cli/load-config.ts'
import type { LimpetConfig } from '../src/config/options/root.ts'
import { configOrThrow } from '../src/config/validate.ts'
import { aligned } from './aligned.ts'
import { directory } from './processes.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const EXAMPLE = join(ROOT, 'limpet.config.ts')
const TIMES = 7

export interface Configured {
  readonly name: string
  readonly gzipBytes: number
  /** Medians: of the bundle's import with all that runs at module scope, and of the first time that it is asked. */
  readonly importMs: number
  readonly configureMs: number
}

export async function configured(): Promise<readonly Configured[]> {
  const found: Configured[] = []
  const example = (await loadConfig(EXAMPLE)).written as LimpetConfig
  for (const [name, written] of [
    ['the example', example],
    ['20 x 10 servers, 40 rules', largeConfig(20, 10, 40)],
  ] as const) {
    found.push(await measured(`${name}, validated in the Worker`, validatingModule(written)))
    found.push(await measured(`${name}, built`, builtModule(written)))
  }
  return found
}

export function configuredText(rows: readonly Configured[]): string {
  const lines = rows.map(({ name, gzipBytes, importMs, configureMs }) => [
    name,
    `${(gzipBytes / 1024).toFixed(1)}`,
    importMs.toFixed(1),
    configureMs.toFixed(2),
  ])
  const head = ['', 'bundle, KB gzip', 'import, ms of CPU', 'first validate + resolve, ms']
  return aligned([head, ...lines])
}

function builtModule(written: LimpetConfig): string {
  const file = { path: EXAMPLE, isOfEnv: false }
  return configModule(file, configOrThrow(written, 'either'), join(ROOT, 'config.js'))
}

/** Without validated(), which would do it while it is imported: then it could not be told from the import. */
function validatingModule(written: LimpetConfig): string {
  return `import { configOrThrow } from ${JSON.stringify(join(ROOT, 'src/config/validate.ts'))}
import { ALL_PARTS } from ${JSON.stringify(join(ROOT, 'src/cloudflare/all-parts.ts'))}
const written = ${JSON.stringify(written)}
export default { configOf: () => configOrThrow(written, 'either'), parts: ALL_PARTS, needs: {}, knows: Object.keys(ALL_PARTS).join(' ') }
`
}

const ENTRY = `import config from './worker-config.ts'
export * from './worker.ts'
export const configure = () => config.configOf({})
`

const RUN = `const start = process.cpuUsage()
const { configure } = await import(process.argv[2])
const { user, system } = process.cpuUsage(start)
const fromMs = performance.now()
configure()
console.log(JSON.stringify([(user + system) / 1000, performance.now() - fromMs]))
`

async function measured(name: string, contents: string): Promise<Configured> {
  const outfile = join(directory, 'configure.mjs')
  const run = join(directory, 'run.mjs')
  writeFileSync(run, RUN)
  await build({
    stdin: { contents: ENTRY, resolveDir: join(ROOT, 'src') },
    outfile,
    bundle: true,
    format: 'esm',
    target: 'es2024',
    minify: true,
    logLevel: 'silent',
    conditions: ['workerd', 'worker', 'browser'],
    plugins: [
      {
        name: 'configure',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^\.\/worker-config\.ts$/ }, ({ path }) => ({ path, namespace: 'config' }))
          onLoad({ filter: /.*/, namespace: 'config' }, () => ({ contents, resolveDir: ROOT }))
          onResolve({ filter: /^cloudflare:/ }, ({ path }) => ({ path, namespace: 'runtime' }))
          onLoad({ filter: /.*/, namespace: 'runtime' }, () => ({
            contents:
              'export class DurableObject {}; export class WorkerEntrypoint {}; export const connect = 0, env = {}',
          }))
        },
      },
    ],
  })
  const runs = Array.from(
    { length: TIMES },
    () => JSON.parse(execFileSync(process.execPath, [run, outfile], { encoding: 'utf8' })) as [number, number],
  )
  return {
    name,
    gzipBytes: gzipSync(readFileSync(outfile), { level: 9 }).length,
    importMs: median(runs.map(([ms]) => ms)),
    configureMs: median(runs.map(([, ms]) => ms)),
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}

/** Each backend with a cookie and checks; each rule for a host and a path. */
function largeConfig(backends: number, servers: number, rules: number): LimpetConfig {
  const places = (count: number) => Array.from({ length: count }, (_, i) => i)
  return {
    frontends: [
      {
        name: 'www',
        defaultBackend: 'b0',
        rules: places(rules).map((i) => ({
          if: { all: [{ host: `h${i}.example.com` }, { pathBeg: `/p${i}/` }] },
          do: { useBackend: `b${i % backends}` },
        })),
      },
    ],
    backends: places(backends).map((b) => ({
      name: `b${b}`,
      cookie: { name: `SERVER${b}` },
      check: { uri: '/health', inter: '10s' },
      servers: places(servers).map((s) => ({ name: `s${s}`, url: `https://s${s}.b${b}.example.com` })),
    })),
  }
}
