// One request's way: what rules see of it (rules/transaction.ts), and what happened to it: each step fills in what it knows; the log, the
// counters and the debug headers read it.

import type { Lifetime } from '../lifetime.ts'
import type { Asked, Transaction } from '../rules/transaction.ts'
import type { Fields, MutableFields } from '../http/fields.ts'
import type { MutableTarget } from '../http/target.ts'
import type { ReleaseBy } from '../releases/choose.ts'
import type { Tally } from '../stats/tally.ts'

export interface Journey extends Transaction {
  readonly request: Request
  /** An operator asked for headers that explain it. */
  readonly isDebugged: boolean
  /** Of the frontend. */
  readonly tally: Tally
  /** Unix milliseconds: when its frontend's `maxconn` had let it in. */
  startedMs: number
  /** Unix milliseconds: when it came, and then when it last had to wait for something. */
  nowMs: number
  /** Of its body: 0 when it is known to have none; what has been read of one of unknown length, where bytes are counted. Undefined: as announced. */
  bytesIn: number | undefined
  /** Null: none was chosen. */
  backend: string | null
  /** What the backend's `balance hash` finds in it; undefined with any other policy. */
  hashSample: (() => string | undefined) | undefined
  backendTally: Tally | undefined
  /** Of the last attempt; null: none was asked. */
  server: string | null
  serverTally: Tally | undefined
  /** The headers that the server itself answered with, and rules changed; undefined: it was not asked, or its answer was not used. */
  answered: Fields | undefined
  /** HAProxy's two cookie letters, such as `VN`; `--` without a cookie. */
  verdict: string
  /** HAProxy's first two letters: who ended it, and in which phase; `--` when all went well (configuration manual 8.5). */
  termination: string
  /** Attempts after the first, and those of them that went to another server. */
  retries: number
  redispatches: number
  /** How long it waited for a slot, and how long the last server took until its headers. */
  queueMs: number
  responseMs: number
  /** The outcome of each stick rule; undefined without any. */
  stick: readonly StickTrace[] | undefined
  /** Undefined: its backend has no releases. */
  release: ReleaseTrace | undefined
}

/** Which release served a request. */
export interface ReleaseTrace {
  /** Null: servers of no release. */
  readonly name: string | null
  readonly by: ReleaseBy
  /** The release that the client's next document comes from, if nothing keeps it; undefined: nobody asked. */
  readonly arm: string | undefined
  /** The one that had a file which the release lacks. */
  rescuedFrom: string | undefined
  /** For an operator's eyes. */
  readonly text: () => string
}

/** The outcome of one stick rule. */
export interface StickTrace {
  readonly table: string
  /** The key as the table stores it: its hash, unless `hashKeys` is off. */
  readonly key: string
  readonly verdict: 'hit' | 'new' | 'miss' | 'down' | 'full' | 'unreachable' | 'known'
  /** What was asked of the table before the response; `cache`: nothing. */
  readonly asked: 'cache' | 'match' | 'claim' | 'store' | 'nothing'
}

export interface Departure {
  readonly request: Request
  readonly lifetime: Lifetime
  readonly isDebugged: boolean
  readonly boundBackend: string | undefined
  readonly tally: Tally
  readonly asked: Asked
  readonly target: MutableTarget
  readonly headers: MutableFields
}

/** A journey on which nothing has happened yet. */
export function createJourney({
  request,
  lifetime,
  isDebugged,
  boundBackend,
  tally,
  asked,
  target,
  headers,
}: Departure): Journey {
  return {
    request,
    lifetime,
    isDebugged,
    tally,
    asked,
    forOrigin: { method: asked.method, target, headers, isHostUnsendable: false },
    boundBackend,
    uniqueId: undefined,
    captures: undefined,
    variables: undefined,
    body: undefined,
    timeoutServerMs: undefined,
    tracking: undefined,
    isL7RetryOff: false,
    isUnlogged: false,
    isClosedUnanswered: false,
    startedMs: 0,
    nowMs: 0,
    bytesIn: undefined,
    backend: null,
    hashSample: undefined,
    backendTally: undefined,
    server: null,
    serverTally: undefined,
    answered: undefined,
    verdict: '--',
    termination: '--',
    retries: 0,
    redispatches: 0,
    queueMs: 0,
    responseMs: 0,
    stick: undefined,
    release: undefined,
  }
}
