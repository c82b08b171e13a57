// What clients see when one of three servers fails, and what is delivered twice. For each fault, clients
// that belong to the server and new ones send GETs and POSTs before and after it begins. It is a failure when an idempotent
// request failed although other servers were up, or anything else was delivered twice.

import { text } from 'node:stream/consumers'
import { setTimeout as pass } from 'node:timers/promises'

import { exchange, print, startLimpet, startOrigin } from './processes.ts'
import type { Origin } from './processes.ts'

const NAMES = ['s1', 's2', 's3'] as const
const CLIENTS_EACH = 4
const PAUSE_MS = 60
const WATCH_MS = 5_000

interface Fault {
  readonly name: string
  /** Idempotent requests must not notice: the fault shows before an answer has begun. */
  readonly isHidden: boolean
  /** How the first server's address begins. */
  readonly scheme?: 'https'
  /** Also retried, besides what is by default. */
  readonly retryOn?: 'response-timeout'
  begin(origin: Origin): Promise<void>
}

const told = (name: string, isHidden: boolean): Fault => ({ name, isHidden, begin: (origin) => origin.tell(name) })
const FAULTS: readonly Fault[] = [
  told('refuse', true),
  { name: 'powered off', isHidden: true, begin: (origin) => origin.powerOff() },
  told('reset', true),
  told('garbage', true),
  // Its connections open, so it may be working on what it has: only `timeout server` ends that.
  told('hang', false),
  { ...told('hang', true), name: 'hang, retried', retryOn: 'response-timeout' },
  // What a server says itself is passed on.
  told('errors', false),
  told('slow', true),
  // The answer has begun: nobody can take it back.
  told('cut', false),
  // It speaks plain HTTP where TLS is expected.
  { name: 'tls fails', isHidden: true, scheme: 'https', begin: () => Promise.resolve() },
  { name: 'flap', isHidden: true, begin: flap },
]

async function flap(origin: Origin): Promise<void> {
  for (let endMs = Date.now() + WATCH_MS; Date.now() < endMs;) {
    await origin.tell('refuse')
    await pass(500)
    await origin.tell('ok')
    await pass(500)
  }
}

interface Kind {
  readonly name: string
  readonly method: 'GET' | 'POST'
  readonly persistent: boolean
}
const KINDS: readonly Kind[] = [
  { name: 'GET, its own', method: 'GET', persistent: true },
  { name: 'GET, new', method: 'GET', persistent: false },
  { name: 'POST, its own', method: 'POST', persistent: true },
  { name: 'POST, new', method: 'POST', persistent: false },
]

interface Watched {
  requests: number
  errors: number
  slowestMs: number
  /** After the fault began. */
  lastErrorMs: number
}

async function run(fault: Fault): Promise<{ readonly watched: readonly Watched[]; readonly twice: number }> {
  const origins = await Promise.all(NAMES.map((name) => startOrigin(name, 1)))
  const limpet = await startLimpet(`${fault.name}.json`, configOf(origins, fault))
  const { port } = limpet
  try {
    const cookie = 'SERVERID=s1'
    let next = 0
    const posts: string[] = []
    const startedMs = Date.now()
    const beginning = fault.begin(origins[0]!)
    const watch = async ({ method, persistent }: Kind, watched: Watched) => {
      let own = cookie
      while (Date.now() - startedMs < WATCH_MS) {
        const id = `${method} ${next++}`
        if (method === 'POST') posts.push(id)
        const headers = {
          'x-id': id,
          ...(persistent ? { cookie: own } : {}),
          'content-length': method === 'POST' ? '5' : '0',
        }
        const askedMs = Date.now()
        const made = await exchange(port, { method, headers }).catch(() => undefined)
        const body = made && (await text(made.response).catch(() => undefined))
        watched.requests += 1
        watched.slowestMs = Math.max(watched.slowestMs, Date.now() - askedMs)
        if (!made || body === undefined || made.status >= 500) {
          watched.errors += 1
          watched.lastErrorMs = Date.now() - startedMs
        }
        const given = made?.response.headers['set-cookie']?.[0]
        if (given) own = given.split(';')[0]!
        await pass(PAUSE_MS)
      }
    }
    const watched = KINDS.map(() => ({ requests: 0, errors: 0, slowestMs: 0, lastErrorMs: 0 }))
    await Promise.all(KINDS.flatMap((kind, i) => Array.from({ length: CLIENTS_EACH }, () => watch(kind, watched[i]!))))
    await beginning
    // The one that is powered off can tell nothing, and has been told nothing.
    const telling = fault.name === 'powered off' ? origins.slice(1) : origins
    const delivered = (await Promise.all(telling.map((origin) => origin.delivered()))).flat()
    const counts = new Map<string, number>()
    for (const id of delivered) counts.set(id, (counts.get(id) ?? 0) + 1)
    return { watched, twice: posts.filter((id) => (counts.get(id) ?? 0) > 1).length }
  } finally {
    await limpet.stop()
    for (const origin of origins) origin.end()
  }
}

function configOf(origins: readonly Origin[], { scheme, retryOn }: Fault): string {
  const servers = origins.map(({ port }, i) => ({
    name: NAMES[i],
    url: `${(i === 0 && scheme) || 'http'}://127.0.0.1:${port}`,
  }))
  const check = { uri: '/health', inter: '500ms', fall: 2, timeout: '300ms' }
  const timeouts = { connect: '300ms', server: '4s' }
  const cookie = { name: 'SERVERID', format: 'haproxy' }
  const more = retryOn ? { retryOn: ['conn-failure', 'empty-response', 'junk-response', retryOn] } : {}
  return JSON.stringify({ log: 'off', backends: [{ name: 'app', cookie, servers, check, timeouts, ...more }] })
}

/** Exit status. */
export async function printFaults(): Promise<number> {
  const rows = [
    ['fault', 'requests', 'requests sent', 'errors', 'slowest ms', 'last error after ms', 'delivered twice'],
  ]
  let failures = 0
  for (const fault of FAULTS) {
    const { watched, twice } = await run(fault)
    failures += twice
    watched.forEach((one, i) => {
      if (fault.isHidden && KINDS[i]!.method === 'GET') failures += one.errors
      const lastError = one.errors === 0 ? '-' : String(one.lastErrorMs)
      const isPost = KINDS[i]!.method === 'POST'
      rows.push([
        fault.name,
        KINDS[i]!.name,
        String(one.requests),
        String(one.errors),
        String(one.slowestMs),
        lastError,
        isPost ? String(twice) : 'may be',
      ])
    })
    console.error(`  ${fault.name}: done`)
  }
  print(rows)
  console.log(
    failures === 0 ? 'no idempotent request failed, nothing else was delivered twice' : `${failures} failures`,
  )
  return failures === 0 ? 0 : 1
}
