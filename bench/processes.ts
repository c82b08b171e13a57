// The processes of a run: the origin, a workerd per variant, `limpet serve` for Limpet's. Whatever happens to the run,
// none outlives it: workerd has a process group of its own, so Ctrl-C alone would not reach it.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

import { COMPATIBILITY_DATE, COMPATIBILITY_FLAGS } from '../src/cli/bundle.ts'
import type { LimpetConfig } from '../src/config/options/root.ts'
import { childrenOf, listens } from '../test/processes.ts'
import { inTime } from './in-time.ts'

/** The package's export is the path of its binary. */
const { default: WORKERD } = createRequire(import.meta.url)('workerd') as { default: string }
const CHECKOUT = fileURLToPath(new URL('..', import.meta.url))
const ORIGIN = fileURLToPath(new URL('origin.ts', import.meta.url))
export const START_TIMEOUT_MS = 20_000

export interface Balancer {
  readonly url: string
  /** Of every process that a request may cost CPU. */
  readonly pids: readonly number[]
  /** Of the inspector, where there is one. */
  readonly inspectorPort?: number
}

export interface Logging extends Balancer {
  /** Where its log lines go. */
  readonly logFile: string
}

const pids = new Set<number>()
export const directory = mkdtempSync(join(tmpdir(), 'limpet-bench-'))

/** Nothing here is worth a goodbye: all state is thrown away. */
function endAll(): void {
  for (const pid of pids) end(pid)
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
}

export function end(pid: number): void {
  pids.delete(pid)
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

process.on('exit', endAll)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130))

/** The URLs of its servers. */
export async function startOrigin(): Promise<readonly string[]> {
  const child = spawn(process.execPath, [ORIGIN], { stdio: ['pipe', 'pipe', 'inherit'] })
  pids.add(child.pid!)
  const [line] = (await inTime('the origin', once(createInterface(child.stdout), 'line'), START_TIMEOUT_MS)) as [string]
  return (JSON.parse(line) as number[]).map((port) => `http://127.0.0.1:${port}`)
}

export interface PlainWorker {
  /** Of its own in the run's directory. */
  readonly name: string
  readonly code: string
  /** Cap'n Proto: the worker's bindings, and services beside it. */
  readonly bindings: readonly string[]
  readonly services?: readonly string[]
  /** Class of a Durable Object that it has a binding for. */
  readonly object?: string
}

export interface WorkerStart {
  readonly isInspected?: boolean
  /** A program that runs workerd, with its arguments: it stays in the process that it is started in. */
  readonly under?: readonly [program: string, ...args: string[]]
  readonly timeoutMs?: number
}

/** A Worker on raw workerd with Limpet's runtime settings. */
export async function startWorker(
  worker: PlainWorker,
  { isInspected = false, under, timeoutMs = START_TIMEOUT_MS }: WorkerStart = {},
): Promise<Logging> {
  writeFileSync(join(directory, `${worker.name}.js`), worker.code)
  const config = join(directory, `${worker.name}.capnp`)
  writeFileSync(config, workerConfig(worker))
  // workerd writes log lines itself; a pipe through this process would slow it down.
  const logFile = join(directory, `${worker.name}.log`)
  const log = openSync(logFile, 'w')
  const inspector = isInspected ? ['--inspector-addr=127.0.0.1:0'] : []
  const [program, ...args] = [...(under ?? []), WORKERD, 'serve', config, '--control-fd=3', ...inspector]
  const child = spawn(program!, args, { stdio: ['ignore', log, log, 'pipe'] })
  const pid = child.pid!
  pids.add(pid)
  let inspectorPort: number | undefined
  const port = new Promise<number>((resolve, reject) => {
    child.on('exit', (status) =>
      reject(new Error(`${worker.name}: workerd ended with ${status}\n${readFileSync(logFile, 'utf8')}`)),
    )
    createInterface(child.stdio[3] as Readable).on('line', (line) => {
      const message = JSON.parse(line) as { event: string; port?: number }
      if (message.event === 'listen-inspector') inspectorPort = message.port!
      if (message.event === 'listen') resolve(message.port!)
    })
  })
  const url = `http://127.0.0.1:${await inTime(worker.name, port, timeoutMs)}`
  return { url, pids: [pid], logFile, ...(inspectorPort === undefined ? {} : { inspectorPort }) }
}

/** Another balancer, once it takes connections. */
export async function startOther(program: string, args: readonly string[], port: number): Promise<Balancer> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  const pid = child.pid!
  pids.add(pid)
  await listens(child, port, START_TIMEOUT_MS)
  return { url: `http://127.0.0.1:${port}`, pids: [pid] }
}

function workerConfig({ name, bindings, services = [], object }: PlainWorker): string {
  const objects =
    object === undefined
      ? ''
      : `durableObjectNamespaces = [(className = "${object}", uniqueKey = "${object}", enableSql = true)],
      durableObjectStorage = (localDisk = "objects"),`
  const kept = join(directory, `${name}-objects`)
  const disk = `(name = "objects", disk = (path = "${kept}", writable = true))`
  // Only what is on a disk has SQL.
  if (object !== undefined) mkdirSync(kept, { recursive: true })
  const all = [...services, ...(object === undefined ? [] : [disk])]
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "worker.js", esModule = embed "${name}.js")],
      compatibilityDate = "${COMPATIBILITY_DATE}",
      compatibilityFlags = ${JSON.stringify(COMPATIBILITY_FLAGS)},
      bindings = [${bindings.join(', ')}],
      globalOutbound = "internet",
      ${objects}
    )),
    (name = "internet", network = (allow = ["public", "private"])),
    ${all.map((service) => `${service},`).join('\n    ')}
  ],
  sockets = [(name = "main", address = "127.0.0.1:0", http = (), service = "main")],
);
`
}

export interface Limpet extends Logging {
  /** What it keeps. */
  readonly state: string
  /** Of the CLI. */
  readonly parent: number
}

export interface ServeOptions {
  /** Of Limpet: a directory. */
  readonly checkout?: string
  readonly workers?: number
}

/** The real thing: `limpet serve`. */
export async function startLimpet(
  name: string,
  config: LimpetConfig,
  log: 'json' | 'off',
  cookieKeys: string,
  hasSocket = false,
  { checkout = CHECKOUT, workers = 1 }: ServeOptions = {},
): Promise<Limpet> {
  const state = join(directory, name)
  const configFile = join(directory, `${name}.json`)
  const logFile = join(directory, `${name}.log`)
  // A second run finds what the first one kept.
  mkdirSync(state, { recursive: true })
  writeFileSync(configFile, JSON.stringify(config))
  const listen = `127.0.0.1:${await freePort()}`
  const child = spawn(
    process.execPath,
    [
      join(checkout, 'bin/limpet.js'),
      'serve',
      configFile,
      '--listen',
      listen,
      '--log',
      log,
      '--state',
      state,
      ...(hasSocket ? ['--socket', join(directory, `${name}.sock`)] : []),
      // An older checkout does not know it.
      ...(workers === 1 ? [] : ['--workers', String(workers)]),
    ],
    // workerd writes its log itself; a pipe through this process would slow it down.
    { stdio: ['ignore', openSync(logFile, 'w'), 'pipe'], env: limpetEnvironment(cookieKeys) },
  )
  pids.add(child.pid!)
  let said = ''
  const listening = new Promise<void>((resolve, reject) => {
    child.on('exit', (status) => reject(new Error(`${name}: limpet serve ended with ${status}\n${said}`)))
    createInterface(child.stderr!).on('line', (line) => {
      said += `${line}\n`
      if (line.startsWith('listening on')) resolve()
    })
  })
  await inTime(`${name}: limpet serve`, listening, START_TIMEOUT_MS)
  // Where they can be told. They end with it.
  const own = [child.pid!, ...(process.platform === 'linux' ? childrenOf(child.pid!) : [])]
  return { url: `http://${listen}`, pids: own, logFile, state, parent: child.pid! }
}

/** Without what the operator may have set: an admin token, for one, would make every isolate watch the Monitor. */
function limpetEnvironment(cookieKeys: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('LIMPET_'))
  return { ...Object.fromEntries(inherited), LIMPET_COOKIE_KEYS: cookieKeys }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
