// What rules see of a request, and what they may change of it (HAProxy's word: a transaction is a request and its answer).

import type { Frontend } from '../config/options/frontend.ts'
import type { Tracking } from '../counting/tracking.ts'
import type { Fields, MutableFields } from '../http/fields.ts'
import type { MutableTarget } from '../http/target.ts'
import type { Lifetime } from '../lifetime.ts'
import type { BodySource, SeenBody } from './body.ts'
import type { CaptureSlots } from './capture-slots.ts'
import type { Value } from './values.ts'

/** What the client asked for, and who we believe it is. Nothing changes it, except that a rule may say who the client is. */
export interface Asked {
  readonly frontend: Frontend
  readonly method: string
  /** Lower case, with a port that is not the scheme's own. */
  readonly host: string
  readonly path: string
  /** With its `?`, or ''. */
  readonly query: string
  /** As they came, including what the client forged. */
  readonly headers: Fields
  /** As a trusted proxy reports it, otherwise that of the connection. */
  readonly scheme: 'http' | 'https'
  /** The client's connection to us has TLS. */
  readonly isTls: boolean
  /** The one that the client connected to. Few ask, and the platform may have to be asked. */
  readonly port: () => number
  /** '' when unknown. */
  readonly clientAddress: string
  readonly peerAddress: string
  /** 0 when unknown. Few ask. */
  readonly peerPort: () => number
  /** The peer is one of the frontend's trustedProxies. */
  readonly isTrusted: boolean
}

/** What the server will get: the client's request without what it forged; rules change it. */
export interface ForOrigin {
  method: string
  readonly target: MutableTarget
  readonly headers: MutableFields
  /** Rules have left no Host that can be sent: the server gets the last usable one. */
  isHostUnsendable: boolean
}

export interface Transaction {
  /** Its client may go away. */
  readonly request: BodySource & { readonly signal: AbortSignal }
  readonly lifetime: Lifetime
  asked: Asked
  readonly forOrigin: ForOrigin
  /** The application has chosen this backend: rules that choose one do nothing. */
  readonly boundBackend: string | undefined
  /** The one that the request goes to; null: none is chosen yet. */
  readonly backend: string | null
  /** The one that answered; null: none has. */
  readonly server: string | null
  /** Which release it got; undefined: none is chosen yet, or its backend has no releases. */
  readonly release: { readonly name: string | null } | undefined
  /** Where the frontend has a `uniqueId`: makes it when it is first asked for. */
  uniqueId: (() => string) | undefined
  /** Undefined: its frontend captures nothing. */
  captures: CaptureSlots | undefined
  /** Undefined until a rule sets one. By scope and name, `txn.host`; those of `proc` are the view's. */
  variables: Map<string, Value> | undefined
  /** Undefined: no rule has asked for it. */
  body: SeenBody | undefined
  /** Rules may set it, in place of the backend's own. */
  timeoutServerMs: number | undefined
  /** Undefined until a rule counts the request, or reads a counter. */
  tracking: Tracking | undefined
  /** Rules may set it: only lost connections are retried. */
  isL7RetryOff: boolean
  /** Rules may set it: no line is written. */
  isUnlogged: boolean
  /** Rules may set it: the client's connection is closed without an answer, where the platform can. */
  isClosedUnanswered: boolean
}
