// The processes of a run: origins that can be told to be faulty, Limpet or HAProxy in front of them, and one request.

import { execFile, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { setTimeout as pass } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { freePort } from '../free-ports.ts'
import { childrenOf, listens } from '../processes.ts'

const CLI = fileURLToPath(new URL('../../bin/limpet.js', import.meta.url))
const ORIGIN = fileURLToPath(new URL('origin.ts', import.meta.url))
const START_TIMEOUT_MS = 60_000
const RELOAD_TIMEOUT_MS = 30_000
/** HAProxy loses a signal that comes while it starts itself anew. */
const SIGNAL_EACH_MS = 5_000
const LOOK_EACH_MS = 10
const run = promisify(execFile)

const directory = mkdtempSync(join(tmpdir(), 'limpet-faults-'))
process.on('exit', () => rmSync(directory, { recursive: true, force: true }))

/** Whatever happens to a run, nothing outlives it. */
const children = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of children) child.kill('SIGTERM')
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

function started<Child extends ChildProcess>(child: Child): Child {
  children.add(child)
  return child
}

export interface Balancer {
  readonly port: number
  /** Serves by another configuration from now on; resolves once it does. */
  reload(config: string): Promise<void>
  stop(): Promise<void>
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
  }
  children.delete(child)
}

export interface Origin {
  readonly port: number
  tell(what: string): Promise<void>
  delivered(): Promise<readonly string[]>
  /** How many requests it ever had in progress at once. */
  most(): Promise<number>
  /** No SYN is answered any more. */
  powerOff(): Promise<void>
  /** As kill -9 does. */
  end(): void
}

export async function startOrigin(name: string, backlog = 511): Promise<Origin> {
  const command = [ORIGIN, name, String(backlog)]
  const child = started(spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] }))
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  const [port, control] = JSON.parse(line) as [number, number]
  const ask = async (path: string) => text((await exchange(control, { path })).response)
  const filling: Socket[] = []
  return {
    port,
    tell: async (what) => void (await ask(`/${encodeURIComponent(what)}`)),
    delivered: async () => JSON.parse(await ask('/delivered')) as string[],
    most: async () => Number(await ask('/most')),
    async powerOff() {
      process.kill(child.pid!, 'SIGSTOP')
      for (let i = 0; i < 4; i++) filling.push(connect(port, '127.0.0.1').on('error', () => undefined))
    },
    end() {
      for (const socket of filling) socket.destroy()
      child.kill('SIGKILL')
      children.delete(child)
    },
  }
}

export interface Ask {
  readonly path?: string
  readonly method?: string
  readonly headers?: Record<string, string>
}

export async function exchange(port: number, { path = '/', method = 'GET', headers = {} }: Ask) {
  const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false })
  sent.end(method === 'POST' ? 'order' : undefined)
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  return { response, status: response.statusCode! }
}

export interface Limpet extends Balancer {
  /** Once it has ended. */
  startAgain(): Promise<void>
  pid(): number
  keeper(): number
  fronts(): readonly number[]
}

interface LimpetOptions {
  readonly isolates?: number
  readonly workers?: number
}

/** `limpet serve` on a configuration, written as JSON or as a haproxy.cfg. */
export async function startLimpet(
  name: string,
  config: string,
  { isolates = 1, workers = 1 }: LimpetOptions = {},
): Promise<Limpet> {
  const port = await freePort(isolates)
  const file = join(directory, name)
  const write = await writerOf(file, port)
  write(config)
  const state = mkdtempSync(join(directory, 'state-'))
  const listen = config.includes('{port}') ? [] : ['--listen', `127.0.0.1:${port}`]
  const counts = ['--isolates', String(isolates), '--workers', String(workers)]
  const args = [CLI, 'serve', file, ...listen, ...counts, '--state', state]
  const spawned = () => started(spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] }))
  let child = spawned()
  const keeper = () => {
    const lock = JSON.parse(readFileSync(join(state, 'lock'), 'utf8')) as { workerd: { pid: number } }
    return lock.workerd.pid
  }
  const reload = async (next: string) => {
    write(next)
    await run(process.execPath, [CLI, 'reload', '--state', state])
  }
  await listens(child, port, START_TIMEOUT_MS)
  return {
    port,
    reload,
    stop: () => stopped(child),
    async startAgain() {
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      children.delete(child)
      child = spawned()
    },
    pid: () => child.pid!,
    keeper,
    fronts: () =>
      childrenOf(child.pid!).filter(
        (pid) => pid !== keeper() && readFileSync(`/proc/${pid}/comm`, 'utf8') === 'workerd\n',
      ),
  }
}

export async function startHaproxy(name: string, config: string): Promise<Balancer> {
  const port = await freePort()
  const file = join(directory, name)
  const write = await writerOf(file, port)
  write(config)
  const master = join(directory, `${name}.master.sock`)
  const child = started(
    spawn('haproxy', ['-W', '-db', '-S', master, '-f', file], { stdio: ['ignore', 'ignore', 'pipe'] }),
  )
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  await listens(child, port, START_TIMEOUT_MS, () => said)
  return {
    port,
    stop: () => stopped(child),
    async reload(next) {
      write(next)
      const before = childrenOf(child.pid!)
      const deadlineMs = Date.now() + RELOAD_TIMEOUT_MS
      for (let signalMs = 0; ; await pass(LOOK_EACH_MS)) {
        const status = child.exitCode ?? child.signalCode
        if (status !== null) throw new Error(`haproxy ended with ${status} when it was told to reload: ${said}`)
        if (childrenOf(child.pid!).some((pid) => !before.includes(pid))) return
        if (Date.now() > deadlineMs) {
          throw new Error(`haproxy started no new worker within ${RELOAD_TIMEOUT_MS / 1000} s of SIGUSR2: ${said}`)
        }
        if (Date.now() < signalMs) continue
        said = ''
        child.kill('SIGUSR2')
        signalMs = Date.now() + SIGNAL_EACH_MS
      }
    },
  }
}

/** What stands for ports in a configuration. */
async function writerOf(file: string, port: number): Promise<(config: string) => void> {
  const other = await freePort()
  return (config) => writeFileSync(file, config.replaceAll('{port}', String(port)).replaceAll('{other}', String(other)))
}

export function print(rows: readonly (readonly string[])[]): void {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  for (const row of rows)
    console.log(row.map((cell, i) => (i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '))
}
