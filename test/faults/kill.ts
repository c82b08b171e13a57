// One of three servers is killed (kill -9) under steady load, behind Limpet and behind HAProxy with the same haproxy.cfg:
// when no new client is sent there any more, what clients see meanwhile, and who was moved.

import { text } from 'node:stream/consumers'
import { setTimeout as pass } from 'node:timers/promises'

import { exchange, print, startHaproxy, startLimpet, startOrigin } from './processes.ts'

const NAMES = ['s1', 's2', 's3']
const CLIENTS = 30
const PAUSE_MS = 20
const BEFORE_MS = 2_000
const AFTER_MS = 8_000
const SLOW_MS = 300

function cfg(ports: readonly number[]): string {
  return `defaults
  mode http
  timeout connect 1s
  timeout client 10s
  timeout server 5s
  retries 3
  option redispatch
listen app
  bind 127.0.0.1:{port}
  balance roundrobin
  option httpchk GET /health
  default-server inter 1s fall 2 rise 2 check
  cookie SERVERID insert indirect nocache
${ports.map((port, i) => `  server ${NAMES[i]} 127.0.0.1:${port} cookie ${NAMES[i]}`).join('\n')}
`
}

interface Seen {
  readonly requests: number
  readonly errors: number
  readonly moved: number
  readonly slowestMs: number
  /** After the kill: when the last request ended that was slow, or failed. */
  readonly noticedForMs: number
}

async function watch(port: number, kill: () => void, hasCookie: boolean): Promise<Seen> {
  const startedMs = Date.now()
  const killedMs = startedMs + BEFORE_MS
  const seen = { requests: 0, errors: 0, moved: 0, slowestMs: 0, noticedForMs: 0 }
  const client = async (i: number) => {
    let cookie = `SERVERID=${NAMES[i % NAMES.length]}`
    await pass(i)
    while (Date.now() < killedMs + AFTER_MS) {
      const askedMs = Date.now()
      const headers = hasCookie ? { cookie } : undefined
      const made = await exchange(port, headers ? { headers } : {}).catch(() => undefined)
      const body = made && (await text(made.response).catch(() => undefined))
      const tookMs = Date.now() - askedMs
      const isError = made?.status !== 200 || body === undefined
      if (askedMs >= killedMs) {
        seen.requests += 1
        if (isError) seen.errors += 1
        seen.slowestMs = Math.max(seen.slowestMs, tookMs)
        if (isError || tookMs > SLOW_MS) {
          seen.noticedForMs = Math.max(seen.noticedForMs, Date.now() - killedMs)
        }
      }
      const given = made?.response.headers['set-cookie']?.[0]?.split(';')[0]
      if (hasCookie && given !== undefined) {
        if (given !== cookie) seen.moved += 1
        cookie = given
      }
      await pass(PAUSE_MS)
    }
  }
  setTimeout(kill, BEFORE_MS)
  await Promise.all(Array.from({ length: CLIENTS }, (_, i) => client(i)))
  return seen
}

/** Exit status. */
export async function printKill(): Promise<number> {
  const rows = [['balancer', 'clients', 'requests after', 'errors', 'moved', 'slowest ms', 'noticed for ms']]
  let errors = 0
  for (const name of ['limpet', 'haproxy'] as const) {
    for (const hasCookie of [true, false]) {
      const origins = await Promise.all(NAMES.map((each) => startOrigin(each)))
      const config = cfg(origins.map(({ port }) => port))
      const balancer = await (name === 'limpet' ? startLimpet('kill.cfg', config) : startHaproxy('kill.cfg', config))
      try {
        await pass(1_000)
        const seen = await watch(balancer.port, () => origins[0]!.end(), hasCookie)
        if (name === 'limpet') errors += seen.errors
        const figures = [seen.requests, seen.errors, seen.moved, seen.slowestMs, seen.noticedForMs].map(String)
        rows.push([name, hasCookie ? 'of all three' : 'new', ...figures])
      } finally {
        await balancer.stop()
        for (const origin of origins) origin.end()
      }
    }
  }
  print(rows)
  return errors === 0 ? 0 : 1
}
