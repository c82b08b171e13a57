// Real processes for end-to-end tests: origins that can be killed, `limpet serve` in front of them, clients with jars.

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import type { Agent, IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import { onTestFailed, onTestFinished } from 'vitest'

import type { LimpetConfig } from '../../src/config/options/root.ts'
import type { ServerView } from '../../src/health/server-view.ts'
import { freePort } from '../free-ports.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
export const CLI = join(ROOT, 'bin/limpet.js')
export const TOKEN = 'a-token-for-tests'

export interface Origin {
  readonly name: string
  readonly port: number
  readonly url: string
  readonly pid: number
  /** As a machine dies: no goodbye. */
  kill(): Promise<void>
  /** The same address, a new process with empty memory. */
  restart(): Promise<void>
  stats(): Promise<{ hits: number; aborted: number; connections: number; most: number; inProgress: number }>
  setHealth(status: number): Promise<void>
}

export async function startOrigin(name: string): Promise<Origin> {
  // Not one of the system's own choice: while a killed origin is down, an outgoing connection could be given its port.
  const port = await freePort()
  let child: ChildProcess | undefined
  onCleanup(() => child?.kill('SIGKILL'))
  const start = async () => {
    child = spawn(process.execPath, [join(ROOT, 'test/e2e/origin.ts'), name, String(port)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = once(child, 'exit').then(() => Promise.reject(new Error(`origin ${name} ended before it listened`)))
    await Promise.race([once(createInterface(child.stdout!), 'line'), ended])
  }
  await start()
  const ask = async (path: string) => (await exchange(`http://127.0.0.1:${port}${path}`)).body
  return {
    name,
    port,
    url: `http://127.0.0.1:${port}`,
    get pid() {
      return child!.pid!
    },
    async kill() {
      const ended = once(child!, 'exit')
      child!.kill('SIGKILL')
      await ended
    },
    restart: start,
    stats: async () => JSON.parse(await ask('/stats')) as Awaited<ReturnType<Origin['stats']>>,
    setHealth: async (status) => void (await ask(`/set-health?status=${status}`)),
  }
}

export async function startOrigins(count: number): Promise<Origin[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => startOrigin(`s${i + 1}`)))
}

export interface Serving {
  /** One per isolate. */
  readonly urls: readonly string[]
  readonly url: string
  readonly pid: number
  /** Parsed JSON lines of stdout, so far. */
  log(): Record<string, unknown>[]
  /** All of it so far. */
  stdout(): string
  stderr(): string
  servers(): Promise<ServerView[]>
  set(server: string, change: { state?: string; weight?: number }): Promise<ServerView>
  /** SIGTERM, and waits for the end. Returns the exit status. */
  stop(): Promise<number | null>
  /** SIGKILL of the CLI alone. */
  kill(): Promise<void>
}

export interface ServeOptions {
  readonly isolates?: number
  readonly state?: string
  readonly arguments?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  /** Descriptors of this process that are passed as systemd does it, from 3 on. */
  readonly passed?: readonly number[]
}

/** Starts `limpet serve` on a configuration and waits until it listens. */
export async function startLimpet(config: LimpetConfig, options: ServeOptions = {}): Promise<Serving> {
  const directory = temporaryDirectory()
  const file = join(directory, 'limpet.config.json')
  writeFileSync(file, JSON.stringify(config))
  const listens = config.frontends?.some((frontend) => frontend.bind)
    ? []
    : ['--listen', `127.0.0.1:${await freePort(options.isolates)}`]
  const serving = spawnServe([file, ...listens, ...(options.arguments ?? [])], options)
  const urls = await serving.listening(options.isolates ?? 1)
  const { url } = { url: urls[0]! }
  const admin = async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }
    const answer = await exchange(`${url}/.limpet/${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`)
    return JSON.parse(answer.body) as Record<string, unknown>
  }
  return {
    ...serving,
    urls,
    url,
    servers: async () => (await admin('GET', 'servers'))['servers'] as ServerView[],
    set: async (server, change) => (await admin('PATCH', `servers/${server}`, change))['server'] as ServerView,
  }
}

/** `limpet serve` with any arguments; not yet listening, and perhaps never. */
export function spawnServe(args: readonly string[], options: ServeOptions = {}) {
  const { passed = [] } = options
  // Only the process itself knows its number.
  const asSystemd = passed.length === 0 ? [] : ['/bin/sh', '-c', 'LISTEN_PID=$$ exec "$@"', 'sh']
  const [command, ...before] = [...asSystemd, process.execPath]
  const child = spawn(
    command,
    [
      ...before,
      CLI,
      'serve',
      ...args,
      ...(options.isolates ? ['--isolates', String(options.isolates)] : []),
      ...(options.state ? ['--state', options.state] : []),
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe', ...passed] as ['ignore', 'pipe', 'pipe'],
      cwd: ROOT,
      env: {
        ...process.env,
        LIMPET_ADMIN_TOKEN: TOKEN,
        ...(passed.length > 0 && { LISTEN_FDS: String(passed.length) }),
        ...options.environment,
      },
    },
  )
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const exited = once(child, 'exit') as Promise<[number | null]>
  // Only now all of its output is here.
  const ended = once(child, 'close') as Promise<[number | null]>
  onTestFailed(() => console.error(`limpet serve, exit status ${child.exitCode}, said:\n${stderr}`))
  onCleanup(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM')
      // Asked twice, it stops at once; two signals in one moment would count as one.
      const again = setTimeout(() => child.kill('SIGTERM'), 300)
      await exited
      clearTimeout(again)
    }
  })
  return {
    pid: child.pid!,
    ended: ended.then(([code]) => code),
    log: () =>
      stdout
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    stdout: () => stdout,
    stderr: () => stderr,
    async listening(isolates: number): Promise<string[]> {
      const urls = () => [...stderr.matchAll(/^listening on (\S+)$/gm)].map((match) => match[1]!)
      await Promise.race([
        until(() => urls().length >= isolates),
        ended.then(([code]) => Promise.reject(new Error(`limpet serve ended with ${code}: ${stderr}`))),
      ])
      return urls()
    },
    async stop() {
      child.kill('SIGTERM')
      const [code] = await ended
      return code
    },
    async kill() {
      child.kill('SIGKILL')
      // Its workerd holds the pipes open.
      await exited
    },
  }
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: readonly string[]
  readonly setCookie: readonly string[]
  readonly body: string
}

export interface Ask {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string | Buffer
  readonly localAddress?: string
  /** Keeps the connection. */
  readonly agent?: Agent | undefined
}

/** One request as it is written, on a new connection unless there is an agent: nothing is normalised, joined or followed. */
export async function exchange(url: string, ask: Ask = {}): Promise<Answer> {
  const { hostname, port, pathname, search } = new URL(url)
  const path = url.slice(url.indexOf('/', 8)) || pathname + search
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const sent = httpRequest(
    {
      hostname,
      port,
      path,
      method: ask.method ?? 'GET',
      headers: ask.headers as Record<string, string>,
      agent: ask.agent ?? false,
      ...(ask.localAddress ? { localAddress: ask.localAddress } : {}),
    },
    resolve,
  )
  sent.on('error', reject)
  sent.end(ask.body)
  const response = await promise
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return {
    status: response.statusCode!,
    headers: response.headers,
    rawHeaders: response.rawHeaders,
    setCookie: response.headers['set-cookie'] ?? [],
    body: Buffer.concat(chunks).toString(),
  }
}

/** A browser's cookie jar, as far as these tests need one. */
export class Client {
  readonly cookies = new Map<string, string>()

  async get(url: string, ask: Ask = {}): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { ...ask.headers, ...(cookie === '' ? {} : { cookie }) }
    const answer = await exchange(url, { ...ask, headers })
    for (const line of answer.setCookie) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      this.cookies.set(name, value)
    }
    return answer
  }
}

export interface SessionAnswer {
  readonly name: string
  readonly visits: number
  readonly lost: boolean
  readonly cookie: string | null
}

export function sessionOf(answer: Answer): SessionAnswer {
  return JSON.parse(answer.body) as SessionAnswer
}

export async function until(condition: () => boolean | Promise<boolean>, withinMs = 60_000): Promise<void> {
  const deadlineMs = Date.now() + withinMs
  while (!(await condition())) {
    if (Date.now() > deadlineMs) throw new Error(`did not come true within ${withinMs} ms: ${condition.toString()}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'limpet-test-'))
  onCleanup(() => rmSync(path, { recursive: true, force: true }))
  return path
}

export function workerdPidOf(state: string): number {
  const lock = JSON.parse(readFileSync(join(state, 'lock'), 'utf8')) as { workerd: { pid: number } }
  return lock.workerd.pid
}

/** In the order in which things were started, last first. */
function onCleanup(work: () => unknown): void {
  onTestFinished(async () => {
    await work()
  })
}
