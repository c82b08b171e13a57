// Builders for this room's tests: the least that a proxy is made of, with no server to ask.

import { createThrottle } from '../../credentials/throttle.ts'
import { createTally } from '../../stats/tally.ts'
import type { Arrival } from './incoming.ts'
import type { ProxyPorts, RequestLog } from '../ports.ts'
import type { ProxyParts } from '../proxy.ts'

export const BARE_PARTS: ProxyParts = {
  makeGate: () => undefined,
  tallyOf: createTally,
  pageOf: () => {
    throw new Error('there is no page')
  },
  throttle: createThrottle(() => 0),
  countPassage: undefined,
}

export const ARRIVAL: Arrival = {
  peerAddress: '192.0.2.1',
  peerPort: 1,
  port: 80,
  frontends: undefined,
  onCloudflare: false,
  lifetime: { waitUntil: () => undefined },
}

/** Time stands still, and nothing can be sent; `lines` gets what is logged. */
export function portsThatLog(lines: RequestLog[]): ProxyPorts {
  return {
    send: () => Promise.reject(new Error('nothing is sent')),
    whenClosed: () => undefined,
    whenEnded: (response) => ({ response, cut: () => undefined, passedBytes: () => 0 }),
    countsBytes: false,
    onCloudflare: false,
    now: () => 0,
    random: () => 0,
    report: async () => undefined,
    log: (line) => void lines.push(line),
  }
}
