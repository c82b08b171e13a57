// Builders for this room's tests: members by weight, and a request for hash policies.

import { parseBalance } from '../config/balance.ts'
import type { Backend, Server } from '../config/config.ts'
import { resolveConfig } from '../config/resolve.ts'
import { fieldsOf } from '../http/fields.ts'
import { targetOf } from '../http/target.ts'
import type { HashRequest } from './hash-key.ts'
import { createPolicy } from './create-policy.ts'
import * as policies from './policies.ts'
import type { Policy } from './policy.ts'
import { createPool } from './pool.ts'
import type { Member } from './pool.ts'

export function backendOf(servers: readonly (Partial<Server> & { name: string })[], balance = 'roundrobin'): Backend {
  const [backend] = resolveConfig({ backends: [{ name: 'app', servers: [] }] }).backends
  return {
    ...backend!,
    balance: parseBalance(balance)!,
    servers: servers.map((server, i) => ({
      formerly: [],
      id: i + 1,
      isIdForced: false,
      origin: `http://127.0.0.1:${9000 + i}`,
      hostname: '127.0.0.1',
      port: 9000 + i,
      tls: false,
      resolution: null,
      via: null,
      caFile: null,
      verifyhost: null,
      weight: 1,
      release: null,
      nonStick: false,
      backup: false,
      cookie: server.name,
      maxconn: null,
      maxqueue: null,
      shutsSessions: false,
      shutsBackupSessions: false,
      state: 'ready',
      slowstartMs: null,
      observe: null,
      track: null,
      check: null,
      agent: null,
      ...server,
    })),
  }
}

/** Servers A, B, C ... with these weights. */
export function membersOf(weights: readonly number[]): readonly Member[] {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
  return createPool(backendOf(weights.map((weight, i) => ({ name: letters[i]!, weight })))).members
}

export function policyOf(balance: string, random: () => number = seeded(1), randomStart = false): Policy {
  return createPolicy(backendOf([], balance), { random, randomStart }, policies)
}

export function requestOf(
  options: {
    url?: string
    headers?: Record<string, string>
    clientAddress?: string
    sample?: string
    posted?: string
  } = {},
): HashRequest {
  return {
    target: targetOf(new URL(options.url ?? 'http://example.com/')),
    headers: fieldsOf(new Headers(options.headers)),
    clientAddress: options.clientAddress ?? '192.0.2.1',
    sample: () => options.sample,
    posted: () => options.posted,
  }
}

/** A repeatable source of uniform numbers (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000
  }
}
