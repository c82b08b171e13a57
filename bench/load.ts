// Requests against one balancer, and what they cost: a single probe that is looked at closely, and a load over many connections.

import { once } from 'node:events'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as pass } from 'node:timers/promises'

import type { ClientRequest } from './clients.ts'
import { openConnection } from './connection.ts'
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
  let isStopping = false
  const connections = await Promise.all(
    // Each connection has clients of its own: else all would send the same one's request at the same moment.
    Array.from({ length: CONNECTIONS }, (_, i) =>
      openConnection(
        balancer,
        requests.filter((__, n) => n % CONNECTIONS === i),
      ),
    ),
  )
  const sending = connections.map((connection) =>
    connection.send((_, ms) => {
      times.push(ms)
      return isStopping ? 'enough' : 'more'
    }),
  )
  const ended = Promise.all(sending)
  // It is looked at when the load stops.
  ended.catch(() => undefined)
  await pass(settleMs)
  times = []
  const startedMs = performance.now()
  const startedUs = cpuUsOf(balancer.pids)
  await pass(durationMs)
  const tookUs = startedUs === undefined ? undefined : cpuUsOf(balancer.pids)! - startedUs
  const tookMs = performance.now() - startedMs
  const measured = times.toSorted((a, b) => a - b)
  isStopping = true
  await inTime('the end of a load', ended, ANSWER_TIMEOUT_MS)
  for (const connection of connections) connection.close()
  if (measured.length === 0) throw new Error('not one answer')
  return {
    answers: measured.length,
    cpuUs: tookUs === undefined ? undefined : tookUs / measured.length,
    requestsPerS: measured.length / (tookMs / 1000),
    p50Ms: measured[Math.floor(measured.length * 0.5)]!,
    p99Ms: measured[Math.floor(measured.length * 0.99)]!,
  }
}
