// A request for this room's tests, with no balancer around it.

import type { Backend, Server } from '../config/config.ts'
import type { Frontend } from '../config/options/frontend.ts'
import { fieldsOf } from '../http/fields.ts'
import { targetOf } from '../http/target.ts'
import type { Asked, Transaction } from './transaction.ts'
import type { Facts, KnownServer } from './facts.ts'
import type { View } from './view.ts'
import type { Config } from '../config/config.ts'
import { patternOf } from '../pattern/compile.ts'
import { createLists } from './lists/lists.ts'
import { allTools } from './all-tools.ts'

export const TOOLS = allTools(patternOf)

/** With a body: a POST. */
export interface AskedFor extends Partial<Omit<Asked, 'headers'>> {
  readonly url?: string
  readonly body?: BodyInit
  readonly headers?: Readonly<Record<string, string>>
}

export function transactionOf({
  url = 'http://www.example.com/',
  headers = {},
  body,
  ...asked
}: AskedFor = {}): Transaction {
  const target = targetOf(new URL(url))
  const lines = new Headers(headers)
  const { host, path, query, scheme } = target
  return {
    request: new Request(url, body === undefined ? {} : ({ method: 'POST', body, duplex: 'half' } as RequestInit)),
    lifetime: { waitUntil: () => undefined },
    asked: {
      frontend: { name: 'www', bind: [] } as unknown as Frontend,
      method: 'GET',
      host,
      path,
      query,
      headers: fieldsOf(lines),
      scheme,
      isTls: scheme === 'https',
      port: () => 80,
      clientAddress: '192.0.2.1',
      peerAddress: '192.0.2.1',
      peerPort: () => 40_000,
      isTrusted: false,
      ...asked,
    },
    forOrigin: {
      method: asked.method ?? 'GET',
      target,
      headers: fieldsOf(new Headers(lines)),
      isHostUnsendable: false,
    },
    boundBackend: undefined,
    backend: null,
    server: null,
    release: undefined,
    uniqueId: undefined,
    captures: undefined,
    variables: undefined,
    body: undefined,
    timeoutServerMs: undefined,
    tracking: undefined,
    isL7RetryOff: false,
    isUnlogged: false,
    isClosedUnanswered: false,
  }
}

/** A backend `app`, with s1 and s2. */
function factsOf(): Facts {
  const server = (name: string, id: number): KnownServer => ({
    server: { name, id, weight: 1, maxconn: null, maxqueue: null, slowstartMs: null } as unknown as Server,
    status: { health: 'up', weight: 1 },
    inFlight: 0,
    elsewhere: 0,
    tally: { meter: undefined },
  })
  const members = [server('s1', 1), server('s2', 2)]
  const backend = { name: 'app', id: null, servers: [] } as unknown as Backend
  const frontend = { name: 'www', id: null } as unknown as Frontend
  const known = {
    backend,
    pool: { members, candidates: () => members, servable: () => true },
    tally: { meter: undefined },
    admission: undefined,
  }
  return {
    config: { frontends: [frontend], backends: [backend] },
    backend: (name) => (name === 'app' ? known : undefined),
    frontend: (name) => (name === 'www' ? { tally: { meter: undefined }, gate: undefined } : undefined),
  }
}

/** Two servers may get a new client; there are no maps and no users. */
export const BARE_VIEW: View = {
  facts: factsOf(),
  now: () => 0,
  random: () => 0.5,
  processVariables: new Map(),
  lists: createLists({ maps: {}, lists: {} } as unknown as Config, patternOf),
  table: () => undefined,
  groupsOf: () => undefined,
}
