// Requests under way: servers that hold them until they are told to answer, clients that wait, read or hang up, and contexts that end
// when nothing asks for more. The clock is moved by hand.

import { vi } from 'vitest'

import type { LimpetConfig } from '../../config/options/root.ts'
import { createLeaseBook } from '../../flow/lease-book.ts'
import { createLeaseDesk } from '../../flow/lease-desk.ts'
import { createLimit } from '../../flow/limit.ts'
import type { BalancerPorts, Maxconn } from '../balancer-ports.ts'
import { ARRIVAL, holdBalancer } from '../testing.ts'
import type { Held } from '../testing.ts'
import { createGate } from './frontend.ts'
import { createAdmission } from './server.ts'

type Backend = LimpetConfig['backends'][number]

/** A backend `app` under roundrobin with the readable cookie SRV. */
export const backendWith = (servers: Readonly<Record<string, object>>, more: object = {}): Backend =>
  ({
    name: 'app',
    balance: 'roundrobin',
    cookie: { name: 'SRV', format: 'haproxy' },
    timeouts: { queue: '5s' },
    ...more,
    servers: Object.entries(servers).map(([name, server]) => ({ name, url: `http://${name}.example`, ...server })),
  }) as Backend

/** What a server has in progress. */
export interface InProgress {
  /** Headers, and a body that goes on until `end`. */
  answer(status?: number): void
  /** An answer without a body. */
  answerWith(response: Response): void
  fail(): void
  end(): void
}

export interface Client {
  /** What it was answered: the status, `failed`, or undefined as long as it waits. */
  readonly status: () => number | 'failed' | undefined
  readonly cookie: () => string | undefined
  /** How its body ended; undefined: it has not. */
  readonly body: () => 'whole' | 'broken' | undefined
  hangUp(): void
  /** Nothing that its request has begun is still under way. */
  readonly isContextOver: () => boolean
}

export interface Stage {
  readonly held: Held
  /** What each server has been asked, in order, by `s1`, `s2` ... */
  readonly asked: (server: string) => readonly InProgress[]
  ask(init?: RequestInit & { duplex?: 'half' }): Promise<Client>
}

/** Time passes, and all that was waiting for it goes on. */
export async function pass(ms = 0): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms)
  for (let i = 0; i < 5; i++) await vi.advanceTimersByTimeAsync(0)
}

export async function stage(config: LimpetConfig, ports: Partial<BalancerPorts> = {}): Promise<Stage> {
  const held = await holdBalancer(config, ports)
  const asked = new Map<string, InProgress[]>()
  for (const { servers } of config.backends) {
    for (const { name } of servers) {
      const list: InProgress[] = []
      asked.set(name, list)
      held.servers.set(name, () => {
        const { promise, resolve, reject } = Promise.withResolvers<Response>()
        const { readable, writable } = new TransformStream()
        list.push({
          answer: (status = 200) => resolve(new Response(readable, { status })),
          answerWith: resolve,
          fail: () => reject(new Error('Network connection lost.')),
          end: () => void writable.close().catch(() => undefined),
        })
        return promise
      })
    }
  }
  return {
    held,
    asked: (server) => asked.get(server)!,
    async ask(init = {}) {
      const aborting = new AbortController()
      let underWay = 0
      const waitUntil = (work: Promise<unknown>) => {
        underWay += 1
        const ended = () => void (underWay -= 1)
        work.then(ended, ended)
      }
      let status: number | 'failed' | undefined
      let cookie: string | undefined
      let body: 'whole' | 'broken' | undefined
      const request = new Request('http://www.example.com/', { ...init, signal: aborting.signal })
      const follow = async () => {
        const response = await held.handle(request, { ...ARRIVAL, lifetime: { waitUntil } })
        status = response.status
        cookie = response.headers.get('set-cookie')?.split(';')[0]
        if (response.body === null) return
        body = await response.text().then(
          () => 'whole' as const,
          () => 'broken' as const,
        )
      }
      follow().catch(() => void (status = 'failed'))
      await pass()
      return {
        status: () => status,
        cookie: () => cookie,
        body: () => body,
        hangUp: () => aborting.abort(),
        isContextOver: () => underWay === 0,
      }
    },
  }
}

/** Limits that several balancers have together, each an isolate. */
export function sharedLimits(): (isolate: string) => Maxconn {
  const desks = new Map<string, ReturnType<typeof createLeaseDesk>>()
  const now = () => Date.now()
  return (isolate) =>
    withLimit((limited, max, onAnswer) => {
      const key = 'server' in limited ? limited.server.name : limited.frontend.name
      const desk = desks.get(key) ?? createLeaseDesk(createLeaseBook(max, new Map()), now)
      desks.set(key, desk)
      const onFailure = (error: unknown) => {
        throw error
      }
      return createLimit(
        max,
        { ask: (need, isPatient) => desk.ask(isolate, need, isPatient), now, onFailure },
        onAnswer,
      )
    })
}

function withLimit(limit: Maxconn['limit']): Maxconn {
  return { limit, createAdmission, createGate }
}

/** Nobody can be asked for a slot. */
export const unreachableLimits = withLimit((_, max, onAnswer) =>
  createLimit(
    max,
    { ask: () => Promise.reject(new Error('no object')), now: () => Date.now(), onFailure: () => undefined },
    onAnswer,
  ),
)

/** The answer that opens a WebSocket, which no Response may be in Node. */
export const SOCKET = { status: 101, headers: new Headers(), body: null } as Response
