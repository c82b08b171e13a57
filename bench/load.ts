// Requests against one balancer, and what they cost: a single probe that is looked at closely, and a load that costs this process
// little, so that the balancer has the machine: sockets that write prepared bytes and count answers.

import { once } from 'node:events'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as pass } from 'node:timers/promises'

import type { ClientRequest } from './clients.ts'
import { cpuUsOf } from './cpu.ts'
import { inTime } from './in-time.ts'
import { START_TIMEOUT_MS } from './processes.ts'
import type { Balancer } from './processes.ts'

export const CONNECTIONS = 16
const ANSWER_TIMEOUT_MS = 5_000

export interface Answer {
  readonly status: number
  readonly setCookies: readonly string[]
  readonly bytes: number
}

/** One request on a connection of its own. */
export async function probe(balancer: Balancer, { path, headers }: ClientRequest): Promise<Answer> {
  const sent = request(balancer.url + path, { headers, agent: false })
  sent.end()
  const [response] = (await inTime(`${balancer.url}${path}`, once(sent, 'response'), START_TIMEOUT_MS)) as [
    IncomingMessage,
  ]
  const body = await text(response)
  return { status: response.statusCode!, setCookies: response.headers['set-cookie'] ?? [], bytes: body.length }
}

export interface Measured {
  readonly answers: number
  /** Of the balancer's process, per request; undefined where it cannot be known. */
  readonly cpuUs: number | undefined
  readonly requestsPerS: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/**
 * Loads a balancer for `settleMs`, in which connections open and caches fill, and then measures for `durationMs`.
 * Throws unless every answer is a 200.
 */
export async function load(
  balancer: Balancer,
  requests: readonly ClientRequest[],
  settleMs: number,
  durationMs: number,
): Promise<Measured> {
  let times: number[] = []
  const clients = await Promise.all(
    Array.from({ length: CONNECTIONS }, (_, i) =>
      // Each connection has clients of its own: else all would send the same one's request at the same moment.
      startClient(
        balancer,
        requests.filter((__, n) => n % CONNECTIONS === i),
        (ms) => times.push(ms),
      ),
    ),
  )
  await pass(settleMs)
  times = []
  const startedMs = performance.now()
  const startedUs = cpuUsOf(balancer.pids)
  await pass(durationMs)
  const tookUs = startedUs === undefined ? undefined : cpuUsOf(balancer.pids)! - startedUs
  const tookMs = performance.now() - startedMs
  const measured = times.toSorted((a, b) => a - b)
  await inTime('the end of a load', Promise.all(clients.map((client) => client.stop())), ANSWER_TIMEOUT_MS)
  if (measured.length === 0) throw new Error('not one answer')
  return {
    answers: measured.length,
    cpuUs: tookUs === undefined ? undefined : tookUs / measured.length,
    requestsPerS: measured.length / (tookMs / 1000),
    p50Ms: measured[Math.floor(measured.length * 0.5)]!,
    p99Ms: measured[Math.floor(measured.length * 0.99)]!,
  }
}

interface LoadingClient {
  /** Resolves when its last request is answered; rejects if anything went wrong. */
  stop(): Promise<void>
}

const HEADERS_END = '\r\n\r\n'

/** One connection, one request at a time. */
async function startClient(
  { url }: Balancer,
  requests: readonly ClientRequest[],
  answered: (tookMs: number) => void,
): Promise<LoadingClient> {
  const { hostname, port, host } = new URL(url)
  const messages = requests.map(({ path, headers }) => {
    const lines = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
    return Buffer.from(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1')
  })
  const socket = connect(Number(port), hostname)
  await inTime(url, once(socket, 'connect'), START_TIMEOUT_MS)
  socket.setNoDelay(true)
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>()
  // It is looked at when the load stops.
  ended.catch(() => undefined)
  let isStopping = false
  let next = 0
  let sentMs = 0
  const send = () => {
    sentMs = performance.now()
    socket.write(messages[next++ % messages.length]!)
  }
  readAnswers(socket, (status) => {
    if (status !== 200) reject(new Error(`answered ${status}`))
    answered(performance.now() - sentMs)
    if (!isStopping) return send()
    resolve()
    socket.destroy()
  })
  socket.on('error', reject)
  socket.on('close', () => reject(new Error('the connection was closed')))
  send()
  return {
    stop() {
      isStopping = true
      return ended
    },
  }
}

/** Of messages with a Content-Length: the origin's have one, and no balancer changes that. */
function readAnswers(socket: Socket, visit: (status: number) => void): void {
  let read = ''
  let end = Infinity
  let status = 0
  socket.on('data', (chunk) => {
    read += chunk.toString('latin1')
    if (end === Infinity) {
      const headersEnd = read.indexOf(HEADERS_END)
      if (headersEnd === -1) return
      const head = read.slice(0, headersEnd)
      status = Number(head.slice(9, 12))
      const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
      if (length === undefined) return void socket.destroy(new Error(`answered ${status} without a Content-Length`))
      end = headersEnd + HEADERS_END.length + Number(length)
    }
    if (read.length < end) return
    read = read.slice(end)
    end = Infinity
    visit(status)
  })
}
