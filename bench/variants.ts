// What is compared besides Workers alone: HAProxy, and `limpet serve` with all its processes.

import { readFileSync } from 'node:fs'

import type { Duration } from '../src/config/duration.ts'
import type { LimpetConfig } from '../src/config/options/root.ts'
import type { StickRuleInput } from '../src/config/options/stick.ts'
import { limpetConfig, limpetWorker } from './bundled.ts'
import { COOKIE_KEYS, haproxyClients, returningClients, sessionClients } from './clients.ts'
import type { ClientRequest, CookieKind } from './clients.ts'
import { findHaproxy, startHaproxy } from './haproxy.ts'
import { startLimpet, startWorker } from './processes.ts'
import type { Logging, ServeOptions } from './processes.ts'
import {
  CLIENTS,
  clientsOf,
  createWorkerRows,
  deployed,
  expectCookie,
  plain,
  TARGETS,
  uniqueName,
} from './worker-variants.ts'
import type { Variant } from './worker-variants.ts'

/** Three times what Limpet remembers of checked cookies, in turn: each is forgotten before it comes again. */
const CLIENTS_PAST_MEMORY = 30_000

/** The first is what all are compared with. */
export async function createVariants(all: boolean): Promise<readonly [Variant, ...Variant[]]> {
  return [
    ...(await createWorkerRows(all)),
    ...(findHaproxy() ? [haproxy()] : []),
    plain('reflare', 'reflare.js', await clientsOf('returning')),
    ...(all ? await moreClients() : []),
  ]
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
    servedTable('table hit by RPC', { on: SESSION }, '0ms'),
  ]
}

const SESSION = 'req.cook(session)'

/** Who is known by a key of a stick table; without a cookie of ours. The table is an object in the Worker's own process. */
function tableOf(what: string, rule: StickRuleInput, cache: Duration): Variant {
  const options = { isServe: true, profile: 'haproxy', stick: stickOf(rule, cache) } as const
  return tableVariant(`limpet: ${what}`, async (origins) =>
    startWorker(await limpetWorker(uniqueName(what), origins, options)),
  )
}

/** The same with a process for what is kept, which each call goes to. */
function servedTable(what: string, rule: StickRuleInput, cache: Duration): Variant {
  return tableVariant(`limpet serve: ${what}`, (origins) => {
    const { frontends, backends } = limpetConfig(origins, false, 'haproxy')
    const stuck = backends.map((backend) => ({ ...backend, cookie: undefined, ...stickOf(rule, cache) }))
    const config = { frontends: frontends!, backends: stuck }
    return startLimpet(uniqueName(what), config, 'off', COOKIE_KEYS)
  })
}

function stickOf(rule: StickRuleInput, cache: Duration) {
  return { stickTable: { type: 'string', size: '1m', expire: '1h', cache }, stick: [rule] } as const
}

function tableVariant(name: string, start: (origins: readonly string[]) => Promise<Logging>): Variant {
  const requests = sessionClients(CLIENTS)
  let logFile = ''
  return {
    name,
    requests,
    async start(origins) {
      const started = await start(origins)
      logFile = started.logFile
      return started
    },
    async verify(balancer) {
      await expectCookie(balancer, requests[0]!, false)
      const logged = readFileSync(logFile, 'utf8')
      if (logged.includes('table-unreachable')) throw new Error(`the table did not answer: ${logged}`)
    },
  }
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
        uniqueName(what),
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
