// `npm run faults`: what clients see when one of three servers fails, and what is delivered twice. For each fault, clients
// that belong to the server and new ones send GETs and POSTs before and after it begins. Exit status 1 when an idempotent
// request failed although other servers were up, or anything else was delivered twice.

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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

import { freePort } from '../free-ports.ts'

const CLI = fileURLToPath(new URL('../../bin/limpet.js', import.meta.url))
const ORIGIN = fileURLToPath(new URL('origin.ts', import.meta.url))
const NAMES = ['s1', 's2', 's3'] as const
const CLIENTS_EACH = 4
const PAUSE_MS = 60
const WATCH_MS = 5_000

interface Fault {
  readonly name: string
  /** Idempotent requests must not notice: the fault shows before an answer has begun. */
  readonly isHidden: boolean
  begin(origin: Origin): Promise<void>
}

const told = (name: string, isHidden: boolean): Fault => ({ name, isHidden, begin: (origin) => origin.tell(name) })
const FAULTS: readonly Fault[] = [
  told('refuse', true),
  { name: 'powered off', isHidden: true, begin: (origin) => origin.powerOff() },
  told('reset', true),
  told('garbage', true),
  told('hang', true),
  // What a server says itself is passed on.
  told('errors', false),
  told('slow', true),
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

interface Origin {
  readonly port: number
  tell(what: string): Promise<void>
  delivered(): Promise<readonly string[]>
  /** No SYN is answered any more. */
  powerOff(): Promise<void>
  end(): void
}

async function startOrigin(name: string): Promise<Origin> {
  const child = spawn(process.execPath, [ORIGIN, name], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  const [port, control] = JSON.parse(line) as [number, number]
  const ask = async (path: string) => text((await exchange(control, { path })).response)
  const filling: Socket[] = []
  return {
    port,
    tell: async (what) => void (await ask(`/${what}`)),
    delivered: async () => JSON.parse(await ask('/delivered')) as string[],
    async powerOff() {
      process.kill(child.pid!, 'SIGSTOP')
      for (let i = 0; i < 4; i++) filling.push(connect(port, '127.0.0.1').on('error', () => undefined))
    },
    end() {
      for (const socket of filling) socket.destroy()
      child.kill('SIGKILL')
    },
  }
}

interface Ask {
  readonly path?: string
  readonly method?: string
  readonly headers?: Record<string, string>
}

async function exchange(port: number, { path = '/', method = 'GET', headers = {} }: Ask) {
  const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false })
  sent.end(method === 'POST' ? 'order' : undefined)
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  return { response, status: response.statusCode! }
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
  const origins = await Promise.all(NAMES.map(startOrigin))
  const port = await freePort()
  const limpet = await startLimpet(origins, port)
  try {
    const cookie = await cookieOf('s1', port)
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
    limpet.kill('SIGKILL')
    for (const origin of origins) origin.end()
  }
}

async function startLimpet(origins: readonly Origin[], port: number): Promise<ChildProcess> {
  const file = join(directory, `${port}.json`)
  const servers = origins.map((origin, i) => ({ name: NAMES[i], url: `http://127.0.0.1:${origin.port}` }))
  const check = { uri: '/health', inter: '500ms', fall: 2, timeout: '300ms' }
  const timeouts = { connect: '300ms', server: '4s' }
  const backends = [{ name: 'app', cookie: { name: 'SERVERID' }, servers, check, timeouts }]
  writeFileSync(file, JSON.stringify({ log: 'off', backends }))
  const child = spawn(process.execPath, [CLI, 'serve', file, '--listen', `127.0.0.1:${port}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  for await (const line of createInterface(child.stderr)) if (line.startsWith('listening')) break
  child.stderr.resume()
  return child
}

async function cookieOf(name: string, port: number): Promise<string> {
  for (;;) {
    const { response } = await exchange(port, {})
    const cookie = response.headers['set-cookie']?.[0]?.split(';')[0]
    if ((await text(response)) === name && cookie !== undefined) return cookie
  }
}

const directory = mkdtempSync(join(tmpdir(), 'limpet-faults-'))
process.on('exit', () => rmSync(directory, { recursive: true, force: true }))
const rows = [['fault', 'requests', 'requests sent', 'errors', 'slowest ms', 'last error after ms', 'delivered twice']]
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
const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
for (const row of rows)
  console.log(row.map((cell, i) => (i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '))
console.log(failures === 0 ? 'no idempotent request failed, nothing else was delivered twice' : `${failures} failures`)
process.exit(failures === 0 ? 0 : 1)
