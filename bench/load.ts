// Requests against one balancer, and what they cost: a single probe that is looked at closely, and autocannon's load.

import { once } from 'node:events'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as pass } from 'node:timers/promises'

import autocannon from 'autocannon'
import type { Client, Request, Run } from 'autocannon'

import { cpuUsOf } from './cpu.ts'
import { inTime } from './processes.ts'
import type { Balancer } from './processes.ts'

export const CONNECTIONS = 32
const ANSWER_TIMEOUT_S = 5
/** Ended by `stop`, long before. */
const ENDLESS_S = 60

export interface Answer {
  readonly status: number
  readonly setCookies: readonly string[]
  readonly bytes: number
}

/** One request on a connection of its own. */
export async function probe(balancer: Balancer, { path, headers }: Request): Promise<Answer> {
  const sent = request(balancer.url + path, { headers, agent: false })
  sent.end()
  const [response] = (await inTime(`${balancer.url}${path}`, once(sent, 'response'))) as [IncomingMessage]
  const body = await text(response)
  return { status: response.statusCode!, setCookies: response.headers['set-cookie'] ?? [], bytes: body.length }
}

export interface Measured {
  /** Of the workerd process, per request; undefined where it cannot be known. */
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
  requests: readonly Request[],
  settleMs: number,
  durationMs: number,
): Promise<Measured> {
  const run = autocannon({
    url: balancer.url,
    connections: CONNECTIONS,
    duration: ENDLESS_S,
    sampleInt: 50,
    timeout: ANSWER_TIMEOUT_S,
    setupClient: eachItsOwn(requests),
  })
  await new Promise<void>((resolve) => run.on('start', resolve))
  await pass(settleMs)
  const times: number[] = []
  const startedMs = performance.now()
  const startedUs = cpuUsOf(balancer.pids)
  run.on('response', (_client, _status, _bytes, ms) => times.push(ms))
  await pass(durationMs)
  const tookUs = startedUs === undefined ? undefined : cpuUsOf(balancer.pids)! - startedUs
  const tookMs = performance.now() - startedMs
  const answers = times.length
  await stop(run)
  if (answers === 0) throw new Error('not one answer')
  const sorted = times.toSorted((a, b) => a - b)
  return {
    cpuUs: tookUs === undefined ? undefined : tookUs / answers,
    requestsPerS: answers / (tookMs / 1000),
    p50Ms: sorted[Math.floor(sorted.length * 0.5)]!,
    p99Ms: sorted[Math.floor(sorted.length * 0.99)]!,
  }
}

/** Each connection has clients of its own: else all would send the same one's request at the same moment. */
function eachItsOwn(requests: readonly Request[]): (client: Client) => void {
  let connection = 0
  return (client) => {
    const mine = connection++
    client.setRequests(requests.filter((_, i) => i % CONNECTIONS === mine).map((each) => ({ ...each })))
  }
}

async function stop(run: Run): Promise<void> {
  run.stop()
  const { errors, timeouts, statusCodeStats } = await inTime('the end of a load', Promise.resolve(run))
  const others = Object.keys(statusCodeStats).filter((status) => status !== '200')
  if (errors > 0) throw new Error(`${errors} errors, ${timeouts} of them timeouts`)
  if (others.length > 0) throw new Error(`answers with status ${others.join(', ')}`)
}
