// `npm start`: three application servers with sessions in their memory, and Limpet in front of them. A server that is
// killed comes back with its memory gone.

import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as pass } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { styleText } from 'node:util'

import { Command, Option } from 'commander'

import { spawnTied } from '../src/cli/serve/tied-process.ts'
import { MODES } from './modes.ts'
import type { Mode } from './modes.ts'
import { introduction, say, sayLogged } from './say.ts'
import type { Logged } from './say.ts'

const SERVERS = ['s1', 's2', 's3']
const COMES_BACK_MS = 8_000

const program = new Command('npm start --')
  .description('The demo: three servers with sessions in memory, and Limpet in front of them.')
  .option('--listen <HOST:PORT>', 'where Limpet listens', '127.0.0.1:8080')
  .option('--origin-port <PORT>', 'of the first server; the others take the next two', '8081')
  .addOption(
    new Option('--mode <MODE>', 'what keeps a client on its server: a cookie, a prefix in the session cookie, a table')
      .choices(MODES)
      .default('insert'),
  )
  .option('--no-persistence', 'as --mode none: see the poll fail')
  .parse()
const options = program.opts<{ listen: string; originPort: string; mode: Mode; persistence: boolean }>()
const mode = options.persistence ? options.mode : 'none'
const originPort = Number(options.originPort)
if (!Number.isInteger(originPort) || originPort < 1 || originPort > 65_533) {
  program.error('--origin-port: must be a whole number from 1 to 65533')
}

const adminToken = randomBytes(12).toString('base64url')
const children = new Set<ChildProcess>()
const stopping = new AbortController()

/** Everything ends with this process, once. */
function stop(status: number): void {
  if (stopping.signal.aborted) return
  stopping.abort()
  process.exitCode = status
  for (const child of children) child.kill('SIGTERM')
}
process.on('exit', () => stop(1))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop(0))
// `npm start` that is killed takes nobody along. Its script says `exec`, so that no shell stands between.
const parent = process.ppid
setInterval(() => process.ppid === parent || stop(0), 500).unref()

function start(file: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  const child = spawnTied(process.execPath, [fileURLToPath(new URL(file, import.meta.url)), ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    signal: 'TERM',
  })
  children.add(child)
  child.on('exit', () => children.delete(child))
  return child
}

/** Undefined when it ended before it listened, having said why. */
async function startOrigin(name: string, port: number): Promise<ChildProcess | undefined> {
  const child = start('origin.ts', [name, String(port)])
  child.stderr!.pipe(process.stderr)
  const listens = await Promise.race([
    once(child.stdout!, 'data').then(() => true),
    once(child, 'exit').then(() => false),
  ])
  return listens ? child : undefined
}

/** Starts it again whenever it ends. */
async function keepOrigin(name: string, port: number, first: ChildProcess): Promise<void> {
  for (let child: ChildProcess | undefined = first; child; child = await startOrigin(name, port)) {
    if (child !== first) say(`${name} runs again, with no session; to kill it: kill -9 ${child.pid}`)
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    if (stopping.signal.aborted) return
    say(styleText('red', `${name} is dead, and its sessions with it; it starts again in ${COMES_BACK_MS / 1000} s`))
    await pass(COMES_BACK_MS, undefined, { signal: stopping.signal })
  }
}

/** Its URL; undefined when it ended before it listened, having said why. */
async function startLimpet(): Promise<string | undefined> {
  const config = fileURLToPath(new URL('limpet.config.ts', import.meta.url))
  const child = start('../bin/limpet.js', ['serve', config, '--listen', options.listen, '--log', 'json'], {
    LIMPET_ADMIN_TOKEN: adminToken,
    LIMPET_DEMO_ORIGIN_PORT: String(originPort),
    LIMPET_DEMO_MODE: mode,
  })
  child.on('exit', (status) => stop(status ?? 1))
  createInterface(child.stdout!).on('line', (line) => {
    if (line.startsWith('{')) sayLogged(JSON.parse(line) as Logged)
    else console.log(line)
  })
  return new Promise((resolve) => {
    createInterface(child.stderr!)
      .on('line', (line) => {
        const [, url] = /^listening on (\S+)$/.exec(line) ?? []
        if (url === undefined) console.error(line)
        else resolve(url)
      })
      .on('close', () => resolve(undefined))
  })
}

async function run(): Promise<void> {
  const origins = await Promise.all(SERVERS.map((name, i) => startOrigin(name, originPort + i)))
  const url = origins.every((origin) => origin) ? await startLimpet() : undefined
  if (url === undefined) return stop(1)
  const pid = origins[1]!.pid!
  console.log(introduction({ url, adminToken, mode, pid }))
  await Promise.all(origins.map((origin, i) => keepOrigin(SERVERS[i]!, originPort + i, origin!)))
}

try {
  await run()
} catch (error) {
  if (!stopping.signal.aborted) {
    stop(1)
    throw error
  }
}
