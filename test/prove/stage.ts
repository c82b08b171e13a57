// Where facts are asked: the four Workers, deployed under names that nobody else uses or run by `wrangler dev`, and what
// takes them away again.

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { freePort } from '../free-ports.ts'
import { ORIGINS, writeBalancer, writeOrigin } from './workers.ts'
import type { Secrets } from './workers.ts'

const WRANGLER = join(dirname(fileURLToPath(import.meta.resolve('wrangler/package.json'))), 'bin/wrangler.js')
const START_MS = 90_000

export interface Stage {
  readonly isLocal: boolean
  /** Undefined: there is none to ask about. */
  readonly zone: string | undefined
  readonly balancer: string
  /** By ORIGINS. */
  readonly origins: readonly string[]
  readonly secrets: Secrets
  /** What wrangler said of the balancer's deploy, or of its start. */
  readonly said: string
  /** Takes away what was made. Problems are told, not thrown. */
  remove(): Promise<readonly string[]>
}

interface Started {
  readonly url: string
  readonly said: string
}

/** Runs one Worker. `onStop` is told at once, before anything can go wrong, how it is taken away again. */
type Start = (configPath: string, name: string, onStop: (stop: () => Promise<void>) => void) => Promise<Started>

/** `onRemove` is told first, so that whoever is interrupted can take away what there is by then. */
export async function openStage(
  zone: string | undefined,
  isLocal: boolean,
  onRemove: (remove: Stage['remove']) => void,
): Promise<Stage> {
  const directory = mkdtempSync(join(tmpdir(), 'limpet-prove-'))
  const prefix = `limpet-prove-${randomBytes(4).toString('hex')}`
  const secret = () => randomBytes(24).toString('base64url')
  const secrets: Secrets = { proveKey: secret(), adminToken: secret(), cookieKeys: secret() }
  const hosts = (name: string) => (zone === undefined ? [] : [`${name}.${zone}`])
  const start: Start = isLocal ? startDev : deploy
  const starting: Promise<unknown>[] = []
  const stops = new Map<string, () => Promise<void>>()
  let removed: Promise<readonly string[]> | undefined
  const remove = () => (removed ??= removeAll())
  async function removeAll(): Promise<readonly string[]> {
    // One that is being deployed would come after its own end.
    await Promise.allSettled(starting)
    const problems: string[] = []
    for (const [name, stop] of [...stops].toReversed()) {
      await stop().catch((error: unknown) => problems.push(`${name} may still be there: ${String(error)}`))
    }
    rmSync(directory, { recursive: true, force: true })
    return problems
  }
  onRemove(remove)
  const put = async (name: string, configPath: string) => {
    if (removed) throw new Error('interrupted')
    const started = start(configPath, name, (stop) => stops.set(name, stop))
    starting.push(started)
    const { url, said } = await started
    return { said, url: zone === undefined || isLocal ? url : `https://${name}.${zone}` }
  }
  const origins = await Promise.all(
    ORIGINS.map((each) => {
      const name = `${prefix}-${each}`
      return put(name, writeOrigin(join(directory, each), name, secrets, hosts(name)))
    }),
  )
  const urls = origins.map(({ url }) => url)
  const balancer = await put(prefix, writeBalancer(join(directory, 'balancer'), prefix, secrets, urls, hosts(prefix)))
  return { isLocal, zone, balancer: balancer.url, origins: urls, secrets, said: balancer.said, remove }
}

const startDev: Start = async (configPath, _name, onStop) => {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const listen = `--ip 127.0.0.1 --port ${port} --inspector-port ${await freePort()} --show-interactive-dev-session false`
  const state = join(dirname(configPath), 'state')
  const child = wrangler(['dev', '--config', configPath, '--persist-to', state, ...listen.split(' ')])
  const said = collect(child)
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('close', resolve))
    // Its group: wrangler starts workerd and esbuild.
    signalGroup(child, 'SIGTERM')
    const hard = setTimeout(() => signalGroup(child, 'SIGKILL'), 5_000)
    await ended
    clearTimeout(hard)
  }
  onStop(stop)
  const deadlineMs = Date.now() + START_MS
  while (!(await answers(url))) {
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadlineMs) {
      throw new Error(`wrangler dev did not start:\n${said()}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return { url, said: said() }
}

const deploy: Start = async (configPath, name, onStop) => {
  // A deploy that fails may have uploaded it all the same.
  onStop(() => removeWorker(name))
  const said = await finished(['deploy', '--config', configPath])
  return { url: /https:\/\/[\w.-]+\.workers\.dev/.exec(said)?.[0] ?? '', said }
}

/** One that was never there is gone. */
async function removeWorker(name: string): Promise<void> {
  try {
    await finished(['delete', name, '--force'])
  } catch (error) {
    if (!/does not exist|code: 10090|code: 10007/.test(String(error))) throw error
  }
}

async function finished(args: readonly string[]): Promise<string> {
  const child = wrangler(args)
  const said = collect(child)
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve))
  if (status !== 0) throw new Error(`wrangler ${args[0]} ended with ${status}:\n${said()}`)
  return said()
}

function wrangler(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [WRANGLER, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, CI: 'true', NO_COLOR: '1', WRANGLER_SEND_METRICS: 'false' },
  })
}

function collect(child: ChildProcess): () => string {
  const chunks: Buffer[] = []
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  return () => Buffer.concat(chunks).toString()
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid!, signal)
  } catch {
    // All of it has ended.
  }
}

async function answers(url: string): Promise<boolean> {
  return fetch(`${url}/whoami`, { signal: AbortSignal.timeout(2_000) }).then(
    () => true,
    () => false,
  )
}
