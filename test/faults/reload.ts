// Reloads under steady load: 8 clients that keep their connection and 8 that make one for each request, behind Limpet and behind HAProxy
// (`-W`, SIGUSR2) with the same haproxy.cfg, whose changes are of every kind. What fails, whether it had begun, and who loses a session.

import { request, Agent } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as pass } from 'node:timers/promises'

import { print, startHaproxy, startLimpet, startOrigin } from './processes.ts'
import type { Balancer } from './processes.ts'

const CLIENTS = 8
const PAUSE_MS = 5
const BETWEEN_MS = 300
const RELOADS = 20

interface Shape {
  readonly weights: readonly number[]
  readonly more?: string
  readonly name?: string
}

/** One after the other, and round again. The servers that clients are on stay. */
const CHANGES: readonly (readonly [string, Shape])[] = [
  ['nothing', { weights: [1, 1] }],
  ['server added', { weights: [1, 1, 1] }],
  ['server removed', { weights: [1, 1] }],
  ['weight', { weights: [3, 1] }],
  ['bind added', { weights: [3, 1], more: '  bind 127.0.0.1:{other}\n' }],
  ['bind removed', { weights: [3, 1] }],
]

function cfg(ports: readonly number[], { weights, more = '' }: Shape): string {
  const servers = weights.map(
    (weight, i) => `  server s${i + 1} 127.0.0.1:${ports[i]} cookie s${i + 1} weight ${weight}\n`,
  )
  return `defaults
  mode http
  timeout connect 1s
  timeout client 10s
  timeout server 5s
listen app
  bind 127.0.0.1:{port}
${more}  balance roundrobin
  cookie SERVERID insert indirect nocache
${servers.join('')}`
}

interface Seen {
  requests: number
  /** By what went wrong, such as `ECONNRESET before the answer`. */
  readonly failed: Map<string, number>
  lost: number
  slowestMs: number
}

interface Load {
  readonly seen: Seen
  stop(): Promise<void>
}

function startLoad(port: number, keepAlive: boolean): Load {
  const seen: Seen = { requests: 0, failed: new Map(), lost: 0, slowestMs: 0 }
  const over = new AbortController()
  const client = async (i: number) => {
    const agent = new Agent({ keepAlive, maxSockets: 1 })
    const cookie = `SERVERID=s${(i % 2) + 1}`
    while (!over.signal.aborted) {
      const askedMs = Date.now()
      seen.requests += 1
      await new Promise<void>((resolve) => {
        let where = 'before the answer'
        const fail = (error: NodeJS.ErrnoException) => {
          const what = `${error.code ?? error.message} ${where}`
          seen.failed.set(what, (seen.failed.get(what) ?? 0) + 1)
          resolve()
        }
        const sent = request({ host: '127.0.0.1', port, agent, headers: { cookie } }, (response) => {
          where = 'within the answer'
          const whole = () => {
            if (response.statusCode !== 200) fail(new Error(`status ${response.statusCode}`))
            // A client whose cookie is valid gets no other.
            if (response.headers['set-cookie']) seen.lost += 1
            resolve()
          }
          text(response).then(whole, fail)
        })
        sent.on('error', fail).end()
      })
      seen.slowestMs = Math.max(seen.slowestMs, Date.now() - askedMs)
      await pass(PAUSE_MS)
    }
    agent.destroy()
  }
  const clients = Array.from({ length: CLIENTS }, (_, i) => client(i))
  return {
    seen,
    async stop() {
      over.abort()
      await Promise.all(clients)
    },
  }
}

async function reloads(balancer: Balancer, ports: readonly number[], kinds: typeof CHANGES, times: number) {
  const loads = [false, true].map((keepAlive) => startLoad(balancer.port, keepAlive))
  await pass(BETWEEN_MS)
  for (let i = 0; i < times; i++) {
    await balancer.reload(cfg(ports, kinds[i % kinds.length]![1]))
    await pass(BETWEEN_MS)
  }
  await Promise.all(loads.map(({ stop }) => stop()))
  return loads.map(({ seen }) => seen)
}

/** Exit status. */
export async function printReload(times = RELOADS): Promise<number> {
  const rows = [['balancer', 'connections', 'reloads', 'requests', 'failed', 'sessions lost', 'slowest ms', 'what']]
  let isBad = false
  for (const name of ['limpet', 'haproxy'] as const) {
    const origins = await Promise.all(['s1', 's2', 's3'].map((each) => startOrigin(each)))
    const ports = origins.map(({ port }) => port)
    const config = cfg(ports, CHANGES[0]![1])
    const balancer = await (name === 'limpet' ? startLimpet('reload.cfg', config) : startHaproxy('reload.cfg', config))
    try {
      const seen = await reloads(balancer, ports, CHANGES, times)
      for (const [i, each] of seen.entries()) {
        const failed = [...each.failed.values()].reduce((sum, count) => sum + count, 0)
        const what = [...each.failed].map(([kind, count]) => `${count} ${kind}`).join(', ')
        if (name === 'limpet') {
          const isWithin = [...each.failed.keys()].some((kind) => !kind.endsWith('before the answer'))
          isBad ||= each.lost > 0 || isWithin || failed > times * (i === 0 ? 1 : 2)
        }
        const figures = [times, each.requests, failed, each.lost, each.slowestMs].map(String)
        rows.push([name, i === 0 ? 'one a request' : 'kept', ...figures, what])
      }
    } finally {
      await balancer.stop()
      for (const origin of origins) origin.end()
    }
  }
  print(rows)
  return isBad ? 1 : 0
}
