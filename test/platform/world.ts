// Cloudflare around the bundle that `wrangler deploy` uploads: one zone, deployments in it, the servers behind it. The bundle runs on
// the real runtime without what `limpet serve` binds; isolate/entry.ts hands it an environment that behaves as documented.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { build } from 'esbuild'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { afterAll, beforeAll, onTestFinished } from 'vitest'

import { bundleWorker, COMPATIBILITY_DATE, COMPATIBILITY_FLAGS } from '../../src/cli/bundle.ts'
import type { LimpetConfig } from '../../src/config/options/root.ts'
import type { ServerView } from '../../src/health/server-view.ts'
import { exchange, TOKEN } from '../e2e/harness.ts'
import type { Answer, Ask } from '../e2e/harness.ts'
import { freePort } from '../free-ports.ts'
import { startInternet, ZONE } from './internet.ts'
import type { Internet } from './internet.ts'
import type { Settings, Sightings } from './isolate/settings.ts'
import { startTruth } from './truth.ts'
import type { Truth } from './truth.ts'

const OBJECTS = { MONITOR: 'Monitor', STICK_TABLE: 'StickTable', SLOTS: 'Slots', STATS: 'Stats' }
const ENTRY = fileURLToPath(new URL('isolate/entry.ts', import.meta.url))

export interface DeploymentOptions {
  readonly config: LimpetConfig
  /** KV namespaces that are bound; default none. */
  readonly namespaces?: readonly ('SNAPSHOT' | 'STICK_KV')[]
  /** The Monitor's alarm rings only when the test says so. */
  readonly holdsAlarms?: boolean
  readonly hasMail?: boolean
  /** What Math.random always gives; default: chance. */
  readonly random?: number
  /** Without one, nobody can look in. */
  readonly token?: string | undefined
}

export interface Deployment {
  readonly url: string
  /** As Cloudflare hands a client's request over: CF-Connecting-IP is its own word. */
  ask(ask?: Ask & { readonly path?: string; readonly client?: string; readonly host?: string }): Promise<Answer>
  /** As the cron trigger does, once. https://developers.cloudflare.com/workers/configuration/cron-triggers/ */
  cron(): Promise<void>
  /** Calls the Monitor's alarm handler so often at once. */
  ring(times?: number): Promise<void>
  /** The platform has lost the Monitor's alarm. */
  forgetAlarm(): Promise<void>
  sightings(): Promise<Sightings>
  /** What the Worker and its objects have logged: the parsed lines of this event. */
  logged(event: string): readonly Readonly<Record<string, unknown>>[]
  servers(): Promise<readonly ServerView[]>
  change(server: string, state: string): Promise<void>
}

export interface World {
  readonly internet: Internet
  readonly truth: Truth
  readonly deployments: Readonly<Record<string, Deployment>>
  /** The only one, or the first. */
  readonly deployment: Deployment
  set(changed: Partial<Settings>): Promise<void>
  /** Time passes in all isolates at once; no alarm rings for it. */
  pass(ms: number): Promise<void>
}

/** Of one deployment; ended with the test. */
export function startWorld(options: DeploymentOptions): Promise<World> {
  return startZone({ production: options })
}

/** Ended with the test. */
export async function startZone(zone: Readonly<Record<string, DeploymentOptions>>): Promise<World> {
  const { world, stop } = await start(zone)
  onTestFinished(stop)
  return world
}

/** One world for all tests of a suite. */
export function sharedWorld(options: DeploymentOptions): () => World {
  let started: Awaited<ReturnType<typeof start>> | undefined
  beforeAll(async () => {
    started = await start({ production: options })
  })
  afterAll(() => started?.stop())
  return () => started!.world
}

/** For whoever ends it. */
export async function start(zone: Readonly<Record<string, DeploymentOptions>>) {
  const { entry, bundle } = await (modules ??= buildModules())
  const [internet, truth] = [startInternet(), await startTruth()]
  const names = Object.keys(zone)
  const firstPort = await freePort(names.length)
  const lines: string[] = []
  const workers = names.map((name, i) => {
    const { config, namespaces = [], holdsAlarms = false, hasMail = false, random, ...options } = zone[name]!
    const token = 'token' in options ? options.token : TOKEN
    return {
      name,
      modulesRoot: '/',
      modules: [
        { type: 'ESModule', path: '/entry.js', contents: entry },
        { type: 'ESModule', path: '/limpet.js', contents: bundle },
      ],
      compatibilityDate: COMPATIBILITY_DATE,
      // The last one is for the entry, which counts requests by invocation.
      compatibilityFlags: [...COMPATIBILITY_FLAGS, 'nodejs_als'],
      bindings: {
        CONFIG: config,
        LIMPET_COOKIE_KEYS: 'a-key-for-the-test-suites',
        LIMPET_NAME: name,
        ...(token === undefined ? {} : { LIMPET_ADMIN_TOKEN: token }),
        NAMESPACES: namespaces,
        HOLDS_ALARMS: holdsAlarms,
        HAS_MAIL: hasMail,
        ...(random === undefined ? {} : { RANDOM: random }),
      },
      durableObjects: Object.fromEntries(
        Object.entries(OBJECTS).map(([binding, className]) => [binding, { className, useSQLite: true }]),
      ),
      serviceBindings: { TRUTH: { external: { address: truth.address, http: {} } } },
      outboundService: internet.outbound,
      zone: ZONE,
      unsafeDirectSockets: [{ host: '127.0.0.1', port: firstPort + i }],
    }
  })
  const handleStructuredLogs = ({ message }: { message: string }) => void lines.push(message)
  const miniflare = new Miniflare(convertV4MiniflareOptions({ workers, handleStructuredLogs } as never))
  await miniflare.ready
  const stop = async () => {
    await miniflare.dispose()
    truth.close()
  }
  const deployments = Object.fromEntries(
    names.map((name, i) => [name, deploymentAt(miniflare, name, firstPort + i, lines)] as const),
  )
  const tell = (told: object) => Promise.all(Object.values(deployments).map((each) => each.tell(told)))
  let aheadMs = 0
  const world: World = {
    internet,
    truth,
    deployments,
    deployment: deployments[names[0]!]!,
    set: async (changed) => void (await tell(changed)),
    pass: async (ms) => void (await tell({ aheadMs: (aheadMs += ms) })),
  }
  return { world, stop }
}

let modules: Promise<{ readonly entry: string; readonly bundle: string }> | undefined

/** One bundle for all tests: the configuration is a function of the environment. */
async function buildModules() {
  const directory = mkdtempSync(join(tmpdir(), 'limpet-platform-'))
  const [configPath, bundlePath, entryPath] = ['config.ts', 'limpet.js', 'entry.js'].map((file) =>
    join(directory, file),
  )
  writeFileSync(configPath!, 'export default (env) => env.CONFIG')
  await bundleWorker(configPath!, bundlePath!)
  await build({
    entryPoints: [ENTRY],
    outfile: entryPath!,
    bundle: true,
    format: 'esm',
    target: 'es2024',
    logLevel: 'silent',
    external: ['cloudflare:*', 'node:async_hooks', './limpet.js'],
  })
  const built = { entry: readFileSync(entryPath!, 'utf8'), bundle: readFileSync(bundlePath!, 'utf8') }
  rmSync(directory, { recursive: true })
  return built
}

interface Told extends Deployment {
  tell(told: object): Promise<Sightings>
}

function deploymentAt(miniflare: Miniflare, name: string, port: number, lines: readonly string[]): Told {
  const url = `http://127.0.0.1:${port}`
  const tell = async (told: object) => {
    const { body, status } = await exchange(`${url}/.rehearsal`, { method: 'POST', body: JSON.stringify(told) })
    if (status !== 200) throw new Error(`the rehearsed isolate says ${status}: ${body}`)
    return JSON.parse(body) as Sightings
  }
  const admin = async (method: string, path: string, body?: object) => {
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', host: `app.${ZONE}` }
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    const answer = await exchange(`${url}/.limpet/${path}`, { method, headers, ...sent })
    if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`)
    return JSON.parse(answer.body) as Record<string, unknown>
  }
  return {
    url,
    tell,
    async ask({ path = '/', client = '203.0.113.1', host = `app.${ZONE}`, headers, ...ask } = {}) {
      return exchange(url + path, { ...ask, headers: { host, 'cf-connecting-ip': client, ...headers } })
    },
    async cron() {
      const worker = await miniflare.getWorker(name)
      await worker.scheduled({ cron: '* * * * *' })
    },
    ring: async (times = 1) => void (await tell({ ring: times })),
    forgetAlarm: async () => void (await tell({ forget: true })),
    sightings: () => tell({}),
    logged: (event) =>
      lines
        .filter((line) => line.startsWith(`{"event":"${event}"`))
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    servers: async () => (await admin('GET', 'servers'))['servers'] as readonly ServerView[],
    change: async (server, state) => void (await admin('PATCH', `servers/${server}`, { state })),
  }
}
