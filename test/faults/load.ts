// Steady load: 8 clients that keep their connection and 8 that make one for each request, each with the cookie of its first answer. What
// fails, whether its answer had begun, and who meets another server than before.

import { Agent, request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as pass } from 'node:timers/promises'

const CLIENTS = 8
const PAUSE_MS = 5

export interface Tally {
  requests: number
  /** By how the client connects. */
  readonly failed: { new: number; kept: number }
  /** By what went wrong, such as `ECONNRESET before the answer, kept`. */
  readonly what: Map<string, number>
  lost: number
  slowestMs: number
  /** When the last request ended that failed. */
  lastFailedMs: number | undefined
  lastServedMs: number | undefined
}

export function emptyTally(): Tally {
  return {
    requests: 0,
    failed: { new: 0, kept: 0 },
    what: new Map(),
    lost: 0,
    slowestMs: 0,
    lastFailedMs: undefined,
    lastServedMs: undefined,
  }
}

export function whatText({ what }: Tally): string {
  return [...what].map(([kind, count]) => `${count} ${kind}`).join('; ')
}

export interface Load {
  /** Counts there from now on. */
  countIn(tally: Tally): void
  stop(): Promise<void>
}

/** Once each client has a server. */
export async function startLoad(port: number): Promise<Load> {
  let tally = emptyTally()
  const over = new AbortController()
  const kinds = ['new', 'kept'] as const
  const clients = kinds.flatMap((kind) => Array.from({ length: CLIENTS }, () => startClient(kind)))
  await Promise.all(clients.map(({ begun }) => begun))
  return {
    countIn: (next) => void (tally = next),
    async stop() {
      over.abort()
      await Promise.all(clients.map(({ ended }) => ended))
    },
  }

  function startClient(kind: (typeof kinds)[number]) {
    const agent = new Agent({ keepAlive: kind === 'kept', maxSockets: 1 })
    let cookie: string | undefined
    let server: string | undefined
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>()

    const askOnce = () =>
      new Promise<void>((resolve) => {
        const own = tally
        const askedMs = Date.now()
        let where = 'before the answer'
        const end = () => {
          own.slowestMs = Math.max(own.slowestMs, Date.now() - askedMs)
          resolve()
        }
        const fail = (error: NodeJS.ErrnoException) => {
          const what = `${error.code ?? error.message} ${where}, ${kind}`
          own.what.set(what, (own.what.get(what) ?? 0) + 1)
          own.failed[kind] += 1
          own.lastFailedMs = Date.now()
          end()
        }
        own.requests += 1
        const headers = cookie === undefined ? {} : { cookie }
        const answered = (response: IncomingMessage, name: string) => {
          if (response.statusCode !== 200) return fail(new Error(`status ${response.statusCode}`))
          cookie ??= response.headers['set-cookie']?.[0]?.split(';')[0]
          server ??= name
          if (name !== server) own.lost += 1
          own.lastServedMs = Date.now()
          begin()
          return end()
        }
        const sent = request({ host: '127.0.0.1', port, agent, headers }, (response) => {
          where = 'within the answer'
          text(response).then((name) => answered(response, name), fail)
        })
        sent.on('error', fail).end()
      })

    const run = async () => {
      while (!over.signal.aborted) {
        await askOnce()
        await pass(PAUSE_MS)
      }
      agent.destroy()
    }
    return { begun, ended: run() }
  }
}
