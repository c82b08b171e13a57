// What is compared: which Worker, which clients come to it, and what one of them must get back before any load counts.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

import { build } from 'esbuild'

import type { Duration } from '../src/config/duration.ts'
import type { LimpetConfig } from '../src/config/options/root.ts'
import type { StickRuleInput } from '../src/config/options/stick.ts'
import { limpetConfig, limpetWorker, serverBindings, serverServices } from './bundled.ts'
import type { Bundle, Bundled, Profile } from './bundled.ts'
import {
  BACKEND,
  COOKIE,
  COOKIE_KEYS,
  haproxyClients,
  newClients,
  returningClients,
  SERVERS,
  sessionClients,
} from './clients.ts'
import type { ClientRequest, CookieKind } from './clients.ts'
import { findHaproxy, startHaproxy } from './haproxy.ts'
import { probe } from './load.ts'
import { startLimpet, startWorker } from './processes.ts'
import type { Balancer, ServeOptions } from './processes.ts'

export const CLIENTS = 1_000
/** Three times what Limpet remembers of checked cookies, in turn: each is forgotten before it comes again. */
const CLIENTS_PAST_MEMORY = 30_000

export interface Variant {
  readonly name: string
  readonly requests: readonly ClientRequest[]
  /** How much of the passthrough's CPU per request it may need; Limpet's alone. */
  readonly target?: number | undefined
  /** What it is compared with besides: the hand-written Worker that does the same work, or the same without a log. */
  readonly floor?: Variant | undefined
  /** How far above the floor's ratio it may be instead. */
  readonly margin?: number | undefined
  start(origins: readonly string[]): Promise<Balancer>
  /** Throws when this is not what shall be measured. */
  verify(balancer: Balancer): Promise<void>
}

/** A cookie that needs no new one yet, one that is refreshed, none: the last two get a Set-Cookie. */
type Kind = 'returning' | 'due' | 'new'

const KINDS: readonly Kind[] = ['returning', 'due', 'new']
const LOG_MARGIN = 0.1
const TARGETS: Readonly<Record<Kind, number>> = { returning: 1.2, due: 1.35, new: 1.35 }

/** The first is what all are compared with. */
export async function createVariants(all: boolean): Promise<readonly [Variant, ...Variant[]]> {
  const rows = await plainRows('haproxy', KINDS)
  const more = await plainRows('limpet', all ? KINDS : ['returning'])
  const withLog = limpet(await clientsOf('returning'), 'returning', { profile: 'haproxy', log: 'json' })
  const withRules = limpet(await clientsOf('returning'), 'returning', { profile: 'haproxy', hasRules: true })
  const withoutLog = rows.find(({ name }) => name === withLog.name)
  return [
    await passthrough(),
    ...rows,
    ...more,
    { ...withLog, name: `${withLog.name}, JSON log`, floor: withoutLog, margin: LOG_MARGIN },
    { ...withRules, name: `${withRules.name}, 20 rules`, floor: withoutLog, target: undefined },
    ...(findHaproxy() ? [haproxy()] : []),
    plain('reflare', 'reflare.js', await clientsOf('returning')),
    ...(all ? await moreClients() : []),
  ]
}

/** The hand-written Worker and Limpet, beside each other. */
async function plainRows(profile: Profile, kinds: readonly Kind[]): Promise<readonly Variant[]> {
  const rows: Variant[] = []
  for (const kind of kinds) {
    const requests = await clientsOf(kind)
    const floor = handWritten(requests, kind, profile)
    rows.push(floor, { ...limpet(requests, kind, { profile }), floor, margin: profile === 'limpet' ? 0.1 : 0.06 })
  }
  return rows
}

/** The same requests through the Worker of this checkout and of another: the first is what all are compared with. */
export async function createCompared(other: string): Promise<readonly [Variant, ...Variant[]]> {
  const bundler = await bundleOf(other)
  const rows: Variant[] = []
  const compare = (requests: readonly ClientRequest[], kind: Kind, options: Partial<Bundled>, floor?: Variant) => {
    for (const [where, more] of [
      ['there', { bundle: bundler }],
      ['here', {}],
    ] as const) {
      const row = limpet(requests, kind, { ...options, ...more })
      rows.push({ ...row, name: `${row.name}${options.log ? ', JSON log' : ''}, ${where}`, floor })
    }
  }
  for (const kind of KINDS) {
    const requests = await clientsOf(kind)
    const floor = handWritten(requests, kind, 'haproxy')
    rows.push(floor)
    compare(requests, kind, { profile: 'haproxy' }, floor)
  }
  const returning = await clientsOf('returning')
  compare(returning, 'returning', { profile: 'limpet' })
  compare(returning, 'returning', { profile: 'haproxy', log: 'json' })
  return [await passthrough(), ...rows]
}

/** What bundles another checkout. */
export async function bundleOf(other: string): Promise<Bundle> {
  const there = (await import(pathToFileURL(join(other, 'src/cli/bundle.ts')).href)) as {
    readonly bundleFile?: Bundle
    /** Its name before there was `limpet build`. */
    readonly bundleWorker: Bundle
  }
  return there.bundleFile ?? there.bundleWorker
}

export async function passthrough(): Promise<Variant> {
  return plain('passthrough', 'passthrough.js', await clientsOf('returning'))
}

async function clientsOf(kind: Kind): Promise<readonly ClientRequest[]> {
  if (kind === 'new') return newClients(CLIENTS)
  return returningClients(CLIENTS, kind === 'due' ? 'due' : 'fresh')
}

/** Limpet's bundle by itself, with the servers as `limpet serve` binds them, and without the processes that belong to a CLI. */
export function limpet(requests: readonly ClientRequest[], kind: Kind, options: Partial<Bundled>): Variant {
  const name = `${kind}${options.profile === 'limpet' ? ', X-Forwarded-*' : ''}`
  return {
    name: `limpet: ${name}`,
    requests,
    target: TARGETS[kind],
    start: async (origins) => startWorker(await limpetWorker(uniqueName(name), origins, { isServe: true, ...options })),
    verify: (balancer) => expectCookie(balancer, requests[0]!, kind !== 'returning'),
  }
}

function handWritten(requests: readonly ClientRequest[], kind: Kind, profile: Profile): Variant {
  return {
    name: `floor: ${kind}${profile === 'limpet' ? ', X-Forwarded-*' : ''}`,
    requests,
    start: async (origins) =>
      startWorker({
        name: uniqueName('floor'),
        code: await bundle('floor.js'),
        bindings: [
          ...serverBindings(),
          textBinding('BACKEND', BACKEND),
          textBinding('COOKIE', COOKIE),
          textBinding('COOKIE_KEYS', COOKIE_KEYS),
          jsonBinding('SERVERS', SERVERS),
          jsonBinding('IS_FORWARDED', profile === 'limpet'),
        ],
        services: serverServices(origins),
      }),
    verify: (balancer) => expectCookie(balancer, requests[0]!, kind !== 'returning'),
  }
}

function haproxy(): Variant {
  const requests = haproxyClients(CLIENTS, 'fresh')
  return {
    name: 'HAProxy: returning',
    requests,
    start: startHaproxy,
    verify: (balancer) => expectCookie(balancer, requests[0]!, false),
  }
}

let names = 0

/** Of files in the run's directory. */
function uniqueName(name: string): string {
  names += 1
  return `${name.replaceAll(/\W+/g, '-')}-${names}`
}

/** The first is the floor: Limpet with a window that nobody counts for. */
export async function createCounterVariants(): Promise<readonly [Variant, ...Variant[]]> {
  const one = (counters: boolean, log?: 'json') =>
    served(`${counters ? 'counters on' : 'counters off'}${log ? ', JSON log' : ''}`, {
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
  const one = (what: string, serve: ServeOptions) => served(what, { clients: 'fresh', letters: 'VN', serve })
  return [
    { ...(await one('there', { checkout: other })), target: undefined },
    { ...(await one('1 worker', {})), target: 1.1 },
    { ...(await one('2 workers', { workers: 2 })), target: 1.2 },
  ]
}

/** A limit by address that nobody reaches, over `limpet serve` with all its processes: the first is the same without. */
export async function createLimitVariants(): Promise<readonly [Variant, ...Variant[]]> {
  const one = (what: string, hasLimit: boolean) => served(what, { clients: 'fresh', letters: 'VN', hasLimit })
  return [
    { ...(await one('no limit', false)), target: undefined },
    { ...(await one('a limit by address', true)), target: 1.15 },
  ]
}

/** Every request of the bench comes from one address. */
const LIMIT = {
  stickTable: { type: 'ip', size: '100k', expire: '10m', data: ['http_req_rate(10s)'] },
  rules: [
    { do: { trackSc: { sc: 0, key: 'src' } } },
    { if: { sample: 'sc_http_req_rate(0)', match: 'int', values: ['gt 1000000'] }, do: { deny: { status: 429 } } },
  ],
} as const

function withLimit(config: LimpetConfig): LimpetConfig {
  return { ...config, frontends: config.frontends!.map((frontend) => ({ ...frontend, ...LIMIT })) }
}

async function moreClients(): Promise<readonly Variant[]> {
  const past = await returningClients(CLIENTS_PAST_MEMORY, 'fresh')
  return [
    deployed(await clientsOf('returning')),
    await served('returning', { clients: 'fresh', letters: 'VN' }),
    await served('returning, no dates', { clients: 'undated', letters: 'VN' }),
    await served('returning, 30,000', { clients: 'fresh', letters: 'VN', requests: past }),
    tableOf('table hit here', { on: SESSION }, '1h'),
    tableOf('table hit by RPC', { on: SESSION }, '0ms'),
    tableOf('table store', { storeRequest: SESSION }, '0ms'),
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
function deployed(clients: readonly ClientRequest[]): Variant {
  const requests = clients.map((request) => ({
    ...request,
    headers: { ...request.headers, 'cf-connecting-ip': '192.0.2.7' },
  }))
  return {
    name: 'limpet: returning, as deployed',
    requests,
    target: TARGETS.returning,
    start: async (origins) => startWorker(await limpetWorker(uniqueName('deployed'), origins, { isServe: false })),
    verify: (balancer) => expectCookie(balancer, requests[0]!, false),
  }
}

function plain(name: string, file: string, requests: readonly ClientRequest[]): Variant {
  return {
    name,
    requests,
    start: async (origins) => startWorker({ name, code: await bundle(file), bindings: [originsBinding(origins)] }),
    verify: async (balancer) => expectCookie(balancer, requests[0]!, false),
  }
}

export function originsBinding(origins: readonly string[]): string {
  return jsonBinding('ORIGINS', origins)
}

function jsonBinding(name: string, value: unknown): string {
  return `(name = "${name}", json = ${JSON.stringify(JSON.stringify(value))})`
}

function textBinding(name: string, text: string): string {
  return `(name = "${name}", text = "${text}")`
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
  readonly clients: CookieKind
  /** HAProxy's cookie letters of a request. */
  readonly letters: 'VN'
  readonly log?: 'json'
  /** With a socket for commands, so that counters are reported, or not. */
  readonly counters?: boolean
  readonly requests?: readonly ClientRequest[]
  readonly serve?: ServeOptions
  readonly hasLimit?: boolean
}

/** The real thing: the CLI, its sockets and its log. */
async function served(
  what: string,
  { clients, letters, log, counters, requests: given, serve, hasLimit = false }: LimpetOptions,
): Promise<Variant> {
  const requests = given ?? (await returningClients(CLIENTS, clients))
  let logFile = ''
  return {
    name: `limpet serve: ${what}`,
    requests,
    target: TARGETS.returning,
    async start(origins) {
      const config = limpetConfig(origins, clients !== 'undated')
      const started = await startLimpet(
        what.replaceAll(/\W+/g, '-'),
        { ...(hasLimit ? withLimit(config) : config), ...(counters === undefined ? {} : { counters }) },
        log ?? 'off',
        COOKIE_KEYS,
        counters !== undefined,
        serve,
      )
      logFile = started.logFile
      return started
    },
    async verify(balancer) {
      await expectCookie(balancer, requests[0]!, false)
      const lines = readFileSync(logFile, 'utf8').split('\n').slice(0, -1)
      const found = lines.map((line) => (JSON.parse(line) as { verdict?: string }).verdict)
      const expected = log === 'json' ? [letters] : []
      if (String(found) !== String(expected)) throw new Error(`logged [${found}] in place of [${expected}]`)
    },
  }
}

async function expectCookie(balancer: Balancer, client: ClientRequest, expected: boolean): Promise<void> {
  const { status, setCookies, bytes } = await probe(balancer, client)
  if (status !== 200 || bytes === 0) throw new Error(`answered ${status} with ${bytes} bytes`)
  const got = setCookies.some((line) => line.startsWith(`${COOKIE}=`))
  if (got !== expected) throw new Error(`answered ${got ? 'with' : 'without'} a new ${COOKIE} cookie`)
}
