// A request for this room's tests, with no balancer around it.

import type { Frontend } from '../config/options/frontend.ts'
import { fieldsOf } from '../http/fields.ts'
import { targetOf } from '../http/target.ts'
import type { Asked, Transaction } from './transaction.ts'
import type { View } from './view.ts'
import { patternOf } from '../pattern/compile.ts'
import { allTools } from './all-tools.ts'

export const TOOLS = allTools(patternOf)

export interface AskedFor extends Partial<Omit<Asked, 'headers'>> {
  readonly url?: string
  readonly headers?: Readonly<Record<string, string>>
}

export function transactionOf({ url = 'http://www.example.com/', headers = {}, ...asked }: AskedFor = {}): Transaction {
  const target = targetOf(new URL(url))
  const lines = new Headers(headers)
  const { host, path, query, scheme } = target
  return {
    asked: {
      frontend: { name: 'www', bind: [] } as unknown as Frontend,
      method: 'GET',
      host,
      path,
      query,
      headers: fieldsOf(lines),
      scheme,
      isTls: scheme === 'https',
      port: 80,
      clientAddress: '192.0.2.1',
      peerAddress: '192.0.2.1',
      peerPort: 40_000,
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
    uniqueId: undefined,
    variables: undefined,
    tracking: undefined,
    request: new Request('http://localhost/'),
    isL7RetryOff: false,
    isUnlogged: false,
  }
}

/** Two servers may get a new client; there are no maps and no users. */
export const BARE_VIEW: View = {
  facts: { candidates: () => 2 },
  now: () => 0,
  random: () => 0.5,
  processVariables: new Map(),
  lookUp: () => undefined,
  table: () => undefined,
  groupsOf: () => undefined,
}
