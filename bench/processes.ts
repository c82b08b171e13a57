// The processes of a run: the origin, a workerd per variant, `limpet serve` for Limpet's. Whatever happens to the run,
// none outlives it: workerd has a process group of its own, so Ctrl-C alone would not reach it.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import { COMPATIBILITY_DATE, COMPATIBILITY_FLAGS } from '../src/cli/bundle.ts'
import { startWorkerd } from '../src/cli/serve/workerd-process.ts'
import type { LimpetConfig } from '../src/config/options/root.ts'

const CLI = fileURLToPath(new URL('../bin/limpet.js', import.meta.url))
const ORIGIN = fileURLToPath(new URL('origin.ts', import.meta.url))
const START_TIMEOUT_MS = 20_000

export interface Balancer {
  readonly url: string
  /** Of every process that a request may cost CPU. */
  readonly pids: readonly number[]
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
  const [line] = (await inTime('the origin', once(createInterface(child.stdout), 'line'))) as [string]
  return (JSON.parse(line) as number[]).map((port) => `http://127.0.0.1:${port}`)
}

export interface PlainWorker {
  /** Of its own in the run's directory. */
  readonly name: string
  readonly code: string
  /** Cap'n Proto: the worker's bindings, and services beside it. */
  readonly bindings: readonly string[]
  readonly services?: readonly string[]
}

/** A Worker on raw workerd with Limpet's runtime settings. */
export async function startWorker(worker: PlainWorker): Promise<Balancer> {
  writeFileSync(join(directory, `${worker.name}.js`), worker.code)
  const config = join(directory, `${worker.name}.capnp`)
  writeFileSync(config, workerConfig(worker))
  const workerd = startWorkerd({ config, names: ['main'], environment: {} })
  pids.add(workerd.pid)
  // Ended by us, or before it listened, and then `listening` says so.
  workerd.ended.catch(() => undefined)
  const ports = await inTime(worker.name, workerd.listening)
  return { url: `http://127.0.0.1:${ports.get('main')}`, pids: [workerd.pid] }
}

function workerConfig({ name, bindings, services = [] }: PlainWorker): string {
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "worker.js", esModule = embed "${name}.js")],
      compatibilityDate = "${COMPATIBILITY_DATE}",
      compatibilityFlags = ${JSON.stringify(COMPATIBILITY_FLAGS)},
      bindings = [${bindings.join(', ')}],
      globalOutbound = "internet",
    )),
    (name = "internet", network = (allow = ["public", "private"])),
    ${services.map((service) => `${service},`).join('\n    ')}
  ],
  sockets = [(name = "main", address = "127.0.0.1:0", http = (), service = "main")],
);
`
}

export interface Limpet extends Balancer {
  /** Where its log lines go. */
  readonly logFile: string
  /** What it keeps. */
  readonly state: string
  /** Of the CLI. */
  readonly parent: number
}

/** The real thing: `limpet serve`. */
export async function startLimpet(
  name: string,
  config: LimpetConfig,
  log: 'json' | 'off',
  cookieKeys: string,
  hasSocket = false,
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
      CLI,
      'serve',
      configFile,
      '--listen',
      listen,
      '--log',
      log,
      '--state',
      state,
      ...(hasSocket ? ['--socket', join(directory, `${name}.sock`)] : []),
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
  await inTime(`${name}: limpet serve`, listening)
  const own = [child.pid!, ...childrenOf(child.pid!)]
  return { url: `http://${listen}`, pids: own, logFile, state, parent: child.pid! }
}

/** Where they can be told (Linux); they end with it. */
function childrenOf(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

/** Without what the operator may have set: an admin token, for one, would make every isolate watch the Monitor. */
function limpetEnvironment(cookieKeys: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('LIMPET_'))
  return { ...Object.fromEntries(inherited), LIMPET_COOKIE_KEYS: cookieKeys }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

export async function inTime<T>(what: string, work: Promise<T>, limitMs = START_TIMEOUT_MS): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`${what}: not done after ${limitMs / 1000} s`)), limitMs)
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
