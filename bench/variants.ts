// What is compared: which Worker, which clients come to it, and what one of them must get back before any load counts.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

import type { Request } from 'autocannon'
import { build } from 'esbuild'

import type { Duration } from '../src/config/duration.ts'
import type { StickRuleInput } from '../src/config/options/stick.ts'
import { limpetConfig, limpetWorker } from './bundled.ts'
import type { Bundle } from './bundled.ts'
import { COOKIE, COOKIE_KEYS, newClients, returningClients, sessionClients } from './clients.ts'
import type { CookieKind } from './clients.ts'
import { probe } from './load.ts'
import { startLimpet, startWorker } from './processes.ts'
import type { Balancer, ServeOptions } from './processes.ts'

const CLIENTS = 1_000
/** Three times what Limpet remembers of checked cookies, in turn: each is forgotten before it comes again. */
const CLIENTS_PAST_MEMORY = 30_000

export interface Variant {
  readonly name: string
  readonly requests: readonly Request[]
  /** How much of the passthrough's CPU per request it may need; Limpet's alone. */
  readonly target?: number | undefined
  start(origins: readonly string[]): Promise<Balancer>
  /** Throws when this is not what shall be measured. */
  verify(balancer: Balancer): Promise<void>
}

/** The first is the floor, the last the peer. */
export async function createVariants(all: boolean): Promise<readonly [Variant, ...Variant[]]> {
  const returning = await returningClients(CLIENTS, 'fresh')
  return [
    plain('passthrough', 'passthrough.js', returning),
    deployed(returning),
    await limpet('returning', { clients: 'fresh', letters: 'VN' }),
    await limpet('returning, JSON log', { clients: 'fresh', letters: 'VN', log: 'json' }),
    await limpet('new client', { clients: 'new', letters: 'NI' }),
    tableOf('table hit here', { on: SESSION }, '1h'),
    tableOf('table hit by RPC', { on: SESSION }, '0ms'),
    tableOf('table store', { storeRequest: SESSION }, '0ms'),
    ...(all ? await moreClients() : []),
    plain('reflare', 'reflare.js', returning),
  ]
}

/** The first is the floor: Limpet with a window that nobody counts for. */
export async function createCounterVariants(): Promise<readonly [Variant, ...Variant[]]> {
  const one = (counters: boolean, log?: 'json') =>
    limpet(`${counters ? 'counters on' : 'counters off'}${log ? ', JSON log' : ''}`, {
      clients: 'fresh',
      letters: 'VN',
      counters,
      ...(log ? { log } : {}),
    })
  return [
    { ...(await one(false)), target: undefined },
    { ...(await one(true)), target: 1.05 },
    { ...(await one(true, 'json')), target: 1.15 },
  ]
}

/** `limpet serve` of another checkout, and with one and two workers here: the first is the floor. */
export async function createWorkerVariants(other: string): Promise<readonly [Variant, ...Variant[]]> {
  const one = (what: string, serve: ServeOptions) => limpet(what, { clients: 'fresh', letters: 'VN', serve })
  return [
    { ...(await one('there', { checkout: other })), target: undefined },
    { ...(await one('1 worker', {})), target: 1.1 },
    { ...(await one('2 workers', { workers: 2 })), target: 1.2 },
  ]
}

/** The same requests through the Worker of this checkout and of another, as deployed: the first is the floor. */
export async function createCompared(other: string): Promise<readonly [Variant, ...Variant[]]> {
  const there = (await import(pathToFileURL(join(other, 'src/cli/bundle.ts')).href)) as {
    readonly bundleFile?: Bundle
    /** Its name before there was `limpet build`. */
    readonly bundleWorker: Bundle
  }
  const bundler = there.bundleFile ?? there.bundleWorker
  const returning = await returningClients(CLIENTS, 'fresh')
  const kinds = [
    ['returning', returning, false],
    ['new client', newClients(CLIENTS), true],
  ] as const
  const compared = kinds.flatMap(([what, requests, isNew]) => [
    deployed(requests, { name: `${what}, there`, bundler, isNew }),
    deployed(requests, { name: `${what}, here`, isNew }),
  ])
  return [plain('passthrough', 'passthrough.js', returning), ...compared]
}

async function moreClients(): Promise<readonly Variant[]> {
  const past = await returningClients(CLIENTS_PAST_MEMORY, 'fresh')
  return [
    await limpet('returning, no dates', { clients: 'undated', letters: 'VN' }),
    await limpet('returning, refreshed', { clients: 'due', letters: 'VU' }),
    await limpet('returning, 30,000', { clients: 'fresh', letters: 'VN', requests: past }),
  ]
}

const SESSION = 'req.cook(session)'

/** Who is known by a key of a stick table; without a cookie of ours. */
function tableOf(what: string, rule: StickRuleInput, cache: Duration): Variant {
  const requests = sessionClients(CLIENTS)
  let logFile = ''
  return {
    name: `limpet: ${what}`,
    requests,
    async start(origins) {
      const [backend] = limpetConfig(origins, false).backends
      const { cookie: _, ...plainBackend } = backend!
      const stickTable = { type: 'string', size: '1m', expire: '1h', cache } as const
      const config = { backends: [{ ...plainBackend, stickTable, stick: [rule] }] }
      const started = await startLimpet(what.replaceAll(/\W+/g, '-'), config, 'off', COOKIE_KEYS)
      logFile = started.logFile
      return started
    },
    async verify(balancer) {
      await expectCookie(balancer, requests[0]!, false)
      if (readFileSync(logFile, 'utf8').includes('table-unreachable')) throw new Error('the table did not answer')
    },
  }
}

/**
 * The code paths of a deployment: the client's address is a header, and fetch finds the origins. Under `limpet serve` the
 * address is read from request.cf, which costs more.
 */
function deployed(
  clients: readonly Request[],
  {
    name = 'returning, as deployed',
    bundler,
    isNew = false,
  }: { name?: string; bundler?: Bundle; isNew?: boolean } = {},
): Variant {
  const requests = clients.map((request) => ({
    ...request,
    headers: { ...request.headers, 'cf-connecting-ip': '192.0.2.7' },
  }))
  return {
    name: `limpet: ${name}`,
    requests,
    target: isNew ? 1.4 : 1.2,
    start: async (origins) => startWorker(await limpetWorker(name.replaceAll(/\W+/g, '-'), origins, false, bundler)),
    verify: async (balancer) => expectCookie(balancer, requests[0]!, isNew),
  }
}

function plain(name: string, file: string, requests: readonly Request[]): Variant {
  return {
    name,
    requests,
    start: async (origins) => startWorker({ name, code: await bundle(file), bindings: [originsBinding(origins)] }),
    verify: async (balancer) => expectCookie(balancer, requests[0]!, false),
  }
}

export function originsBinding(origins: readonly string[]): string {
  return `(name = "ORIGINS", json = ${JSON.stringify(JSON.stringify(origins))})`
}

export async function bundle(file: string): Promise<string> {
  const entry = fileURLToPath(new URL(`workers/${file}`, import.meta.url))
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2024',
    minify: true,
    conditions: ['workerd', 'worker', 'browser'],
  })
  return outputFiles[0]!.text
}

interface LimpetOptions {
  readonly clients: CookieKind | 'new'
  /** HAProxy's cookie letters of a request. */
  readonly letters: 'VN' | 'VU' | 'NI'
  readonly log?: 'json'
  /** With a socket for commands, so that counters are reported, or not. */
  readonly counters?: boolean
  readonly requests?: readonly Request[]
  readonly serve?: ServeOptions
}

async function limpet(
  what: string,
  { clients, letters, log, counters, requests: given, serve }: LimpetOptions,
): Promise<Variant> {
  const requests = given ?? (clients === 'new' ? newClients(CLIENTS) : await returningClients(CLIENTS, clients))
  let logFile = ''
  return {
    name: `limpet: ${what}`,
    requests,
    target: clients === 'new' ? 1.4 : 1.2,
    async start(origins) {
      const started = await startLimpet(
        what.replaceAll(/\W+/g, '-'),
        { ...limpetConfig(origins, clients !== 'undated'), ...(counters === undefined ? {} : { counters }) },
        log ?? 'off',
        COOKIE_KEYS,
        counters !== undefined,
        serve,
      )
      logFile = started.logFile
      return started
    },
    async verify(balancer) {
      await expectCookie(balancer, requests[0]!, letters !== 'VN')
      const lines = readFileSync(logFile, 'utf8').split('\n').slice(0, -1)
      const found = lines.map((line) => (JSON.parse(line) as { verdict?: string }).verdict)
      const expected = log === 'json' ? [letters] : []
      if (String(found) !== String(expected)) throw new Error(`logged [${found}] in place of [${expected}]`)
    },
  }
}

async function expectCookie(balancer: Balancer, client: Request, expected: boolean): Promise<void> {
  const { status, setCookies, bytes } = await probe(balancer, client)
  if (status !== 200 || bytes === 0) throw new Error(`answered ${status} with ${bytes} bytes`)
  const got = setCookies.some((line) => line.startsWith(`${COOKIE}=`))
  if (got !== expected) throw new Error(`answered ${got ? 'with' : 'without'} a new ${COOKIE} cookie`)
}
