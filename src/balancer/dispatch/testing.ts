// One request after the other through a whole balancer: the clock runs until each is answered. Fake timers have to be on.

import { vi } from 'vitest'

import type { LimpetConfig } from '../../config/options/root.ts'
import type { StickStore } from '../../persistence/stick-store.ts'
import type { BalancerPorts } from '../balancer-ports.ts'
import type { Arrival } from '../reception/arrival.ts'
import { answers, ARRIVAL, holdBalancer } from '../testing.ts'
import type { Held, Serve } from '../testing.ts'

export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly body: string
  readonly tookMs: number
  /** Servers asked for it, in order. */
  readonly sent: string
}

export interface Asking {
  readonly held: Held
  ask(request?: Request, arrival?: Partial<Arrival>): Promise<Answered>
}

/** Of real time: keys are hashed beside the clock. */
const STUCK_MS = 3_000

/** A backend `app` of s1 s2 s3 under roundrobin with the readable cookie SRV. */
export async function asking(
  backend: object,
  ports: Partial<BalancerPorts> = {},
  config: Partial<LimpetConfig> = {},
  storeOf?: (store: StickStore) => StickStore,
): Promise<Asking> {
  const servers = ['s1', 's2', 's3'].map((name) => ({ name, url: `http://${name}.example` }))
  const app = { name: 'app', balance: 'roundrobin', cookie: { name: 'SRV', format: 'haproxy' }, servers, ...backend }
  const held = await holdBalancer(
    { ...config, backends: [app, ...(config.backends ?? [])] } as LimpetConfig,
    ports,
    storeOf,
  )
  return {
    held,
    async ask(request = requestWith(), arrival = {}) {
      const before = held.sent.length
      const startedMs = Date.now()
      const settled: unknown[] = []
      const answering = Promise.resolve(held.handle(request, { ...ARRIVAL, ...arrival }))
      const settle = (how: unknown) => void settled.push(how)
      answering.then(settle, settle)
      const begunMs = performance.now()
      while (settled.length === 0) {
        for (let i = 0; i < 10 && settled.length === 0; i++) await vi.advanceTimersByTimeAsync(0)
        if (settled.length > 0) break
        if (vi.getTimerCount() > 0) await vi.advanceTimersToNextTimerAsync()
        else if (performance.now() - begunMs > STUCK_MS) throw new Error('no answer, and nothing that it waits for')
      }
      const response = await answering
      const tookMs = Date.now() - startedMs
      const sent = held.sent.slice(before).map(({ server }) => server)
      const body = response.body === null ? '' : await response.text()
      await vi.advanceTimersByTimeAsync(0)
      return {
        status: response.status,
        headers: response.headers,
        body,
        tookMs,
        sent: sent.join(' '),
      }
    },
  }
}

export function requestWith(headers: Readonly<Record<string, string>> = {}, init: RequestInit = {}): Request {
  return new Request('http://www.example.com/', { ...init, headers })
}

export const own = (server: string): Request => requestWith({ cookie: `SRV=${server}` })

export const post = (headers: Readonly<Record<string, string>> = {}): Request =>
  requestWith({ 'content-length': '3', ...headers }, { method: 'POST', body: new TextEncoder().encode('a=1') })

/** The last goes on for ever. */
export function inTurn(...serves: readonly Serve[]): Serve {
  let at = 0
  return (sent, signal) => serves[Math.min(at++, serves.length - 1)]!(sent, signal)
}

export const works = answers(200, {}, 'at last')
/** fetch throws one before it sends anything, and the other for a status that is none. */
export const throws =
  (error: Error): Serve =>
  async () => {
    throw error
  }

/** A response that says when nobody wants it any more; its status may be one that no Response may have here. */
export function discardable(status: number, headers: Readonly<Record<string, string>> = {}) {
  const seen = { discarded: 0 }
  const body = new ReadableStream({ cancel: () => void (seen.discarded += 1) })
  const response = new Response(body, { headers })
  Object.defineProperty(response, 'status', { value: status })
  return { seen, serve: (() => response) as Serve }
}

/** A table that never answers. */
export const unreachable = (): StickStore => {
  const fails = () => Promise.reject(new Error('no object'))
  return { match: fails, claim: fails, store: fails } as unknown as StickStore
}
