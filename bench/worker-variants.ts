// What runs on raw workerd and is compared: the passthrough, the hand-written Worker, and Limpet's bundle of this checkout and of another,
// each with the clients that come to it and what one of them must get back.

import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

import { build } from 'esbuild'

import { limpetWorker, serverBindings, serverServices } from './bundled.ts'
import type { Bundle, Bundled, Profile } from './bundled.ts'
import { BACKEND, COOKIE, COOKIE_KEYS, newClients, returningClients, SERVERS } from './clients.ts'
import type { ClientRequest } from './clients.ts'
import { probe } from './load.ts'
import { startWorker } from './processes.ts'
import type { Balancer, WorkerStart } from './processes.ts'

export const CLIENTS = 1_000

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

/** One workerd and nothing else. */
export interface WorkerVariant extends Variant {
  readonly floor?: WorkerVariant | undefined
  /** Whether every answer has a new cookie; otherwise none has one. */
  readonly setsCookie: boolean
  start(origins: readonly string[], how?: WorkerStart): Promise<Balancer>
}

type Rows = readonly [WorkerVariant, ...WorkerVariant[]]

/** A cookie that needs no new one yet, one that is refreshed, none: the last two get a Set-Cookie. */
export type Kind = 'returning' | 'due' | 'new'

const KINDS: readonly Kind[] = ['returning', 'due', 'new']
const LOG_MARGIN = 0.1
export const TARGETS: Readonly<Record<Kind, number>> = { returning: 1.2, due: 1.35, new: 1.35 }

/** The first is what all are compared with. `all`: every kind of client with both sets of defaults. */
export async function createWorkerRows(all: boolean): Promise<Rows> {
  const rows = await plainRows('haproxy', KINDS)
  const more = await plainRows('limpet', all ? KINDS : ['returning'])
  const withLog = limpet(await clientsOf('returning'), 'returning', { profile: 'haproxy', log: 'json' })
  const withRules = limpet(await clientsOf('returning'), 'returning', { profile: 'haproxy', hasRules: true })
  const without = rows.find(({ name }) => name === 'limpet: returning')
  return [
    await passthrough(),
    ...rows,
    ...more,
    { ...withLog, floor: without, margin: LOG_MARGIN },
    { ...withRules, floor: without, target: undefined },
  ]
}

/** The hand-written Worker and Limpet, beside each other. */
async function plainRows(profile: Profile, kinds: readonly Kind[]): Promise<readonly WorkerVariant[]> {
  const rows: WorkerVariant[] = []
  for (const kind of kinds) {
    const requests = await clientsOf(kind)
    const floor = handWritten(requests, kind, profile)
    rows.push(floor, { ...limpet(requests, kind, { profile }), floor, margin: profile === 'limpet' ? 0.1 : 0.06 })
  }
  return rows
}

/** The same requests through the Worker of this checkout and of another: the first is what all are compared with. */
export async function createCompared(other: string): Promise<Rows> {
  const bundler = await bundleOf(other)
  const rows: WorkerVariant[] = []
  const compare = (
    requests: readonly ClientRequest[],
    kind: Kind,
    options: Partial<Bundled>,
    floor?: WorkerVariant,
  ) => {
    for (const [where, more] of [
      ['there', { bundle: bundler }],
      ['here', {}],
    ] as const) {
      const row = limpet(requests, kind, { ...options, ...more })
      rows.push({ ...row, name: `${row.name}, ${where}`, floor })
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
  compare(returning, 'returning', { profile: 'haproxy', hasRules: true })
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

export async function passthrough(): Promise<WorkerVariant> {
  return plain('passthrough', 'passthrough.js', await clientsOf('returning'))
}

export async function clientsOf(kind: Kind): Promise<readonly ClientRequest[]> {
  if (kind === 'new') return newClients(CLIENTS)
  return returningClients(CLIENTS, kind === 'due' ? 'due' : 'fresh')
}

/** Limpet's bundle by itself, with the servers as `limpet serve` binds them, and without the processes that belong to a CLI. */
export function limpet(requests: readonly ClientRequest[], kind: Kind, options: Partial<Bundled>): WorkerVariant {
  const { profile, log, hasRules } = options
  const more = [profile === 'limpet' && 'X-Forwarded-*', log === 'json' && 'JSON log', hasRules && '20 rules']
  const name = [kind, ...more].filter(Boolean).join(', ')
  return {
    name: `limpet: ${name}`,
    requests,
    target: TARGETS[kind],
    ...answering(requests, kind !== 'returning'),
    start: async (origins, how) =>
      startWorker(await limpetWorker(uniqueName(name), origins, { isServe: true, ...options }), how),
  }
}

function handWritten(requests: readonly ClientRequest[], kind: Kind, profile: Profile): WorkerVariant {
  return {
    name: `floor: ${kind}${profile === 'limpet' ? ', X-Forwarded-*' : ''}`,
    requests,
    ...answering(requests, kind !== 'returning'),
    start: async (origins, how) => {
      const code = await bundle('floor.js')
      const bindings = [
        ...serverBindings(),
        textBinding('BACKEND', BACKEND),
        textBinding('COOKIE', COOKIE),
        textBinding('COOKIE_KEYS', COOKIE_KEYS),
        jsonBinding('SERVERS', SERVERS),
        jsonBinding('IS_FORWARDED', profile === 'limpet'),
      ]
      return startWorker({ name: uniqueName('floor'), code, bindings, services: serverServices(origins) }, how)
    },
  }
}

/**
 * The code paths of a deployment: the client's address is a header, and fetch finds the origins. Under `limpet serve` the
 * address is read from request.cf, which costs more.
 */
export function deployed(clients: readonly ClientRequest[]): WorkerVariant {
  const requests = clients.map((request) => ({
    ...request,
    headers: { ...request.headers, 'cf-connecting-ip': '192.0.2.7' },
  }))
  return {
    name: 'limpet: returning, as deployed',
    requests,
    target: TARGETS.returning,
    ...answering(requests, false),
    start: async (origins, how) =>
      startWorker(await limpetWorker(uniqueName('deployed'), origins, { isServe: false }), how),
  }
}

export function plain(name: string, file: string, requests: readonly ClientRequest[]): WorkerVariant {
  return {
    name,
    requests,
    ...answering(requests, false),
    start: async (origins, how) => {
      const bindings = [originsBinding(origins)]
      return startWorker({ name: uniqueName(name), code: await bundle(file), bindings }, how)
    },
  }
}

function answering(requests: readonly ClientRequest[], setsCookie: boolean) {
  return { setsCookie, verify: (balancer: Balancer) => expectCookie(balancer, requests[0]!, setsCookie) }
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

let names = 0

/** Of files in the run's directory. */
export function uniqueName(name: string): string {
  names += 1
  return `${name.replaceAll(/\W+/g, '-')}-${names}`
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

export async function expectCookie(balancer: Balancer, client: ClientRequest, expected: boolean): Promise<void> {
  const { status, setCookies, bytes } = await probe(balancer, client)
  if (status !== 200 || bytes === 0) throw new Error(`answered ${status} with ${bytes} bytes`)
  const got = setCookies.some((line) => line.startsWith(`${COOKIE}=`))
  if (got !== expected) throw new Error(`answered ${got ? 'with' : 'without'} a new ${COOKIE} cookie`)
}
