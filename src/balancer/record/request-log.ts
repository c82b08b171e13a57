// One line per request, as it is logged: an entry of JSON as it stands here, or HAProxy's (http-log.ts).

import type { Reading } from '../../counting/tracking.ts'
import type { Captured } from '../../rules/capture-slots.ts'
import type { ReleaseBy } from '../../releases/choose.ts'
import type { Journey } from '../journey.ts'

/** What only HAProxy's line has; a query may hold secrets. */
export interface WireLog {
  /** 0 where it is not known. */
  readonly clientPort: number
  /** With its `?`, or ''. */
  readonly query: string
  /** The client's connection had TLS, whatever a proxy before us had. */
  readonly isTls: boolean
  /** HTTP/1.1, HTTP/2 ... */
  readonly protocol: string
  /** A server's answer, not one of our own. */
  readonly isAnswered: boolean
}

type OfJourney =
  | 'backend'
  | 'server'
  | 'verdict'
  | 'termination'
  | 'retries'
  | 'redispatches'
  | 'queueMs'
  | 'responseMs'

export interface RequestLog extends Readonly<Pick<Journey, OfJourney>> {
  /** JSON leaves functions out, and what is undefined. */
  readonly wire: () => WireLog
  readonly time: string
  readonly client: string
  readonly method: string
  readonly host: string
  readonly path: string
  readonly frontend: string | null
  readonly status: number
  /** Content-Length of the response, or 0. */
  readonly bytes: number
  /** Of a request that was refused by a counter of a stick table: which, of which key, what it was, and its limit. */
  readonly limit?: Omit<Reading, 'periodMs'> | undefined
  /** Where the frontend has a `uniqueId`. */
  readonly uniqueId?: string | undefined
  /** What `captures` asks for. */
  readonly captured?: Captured | undefined
  /** Table, key, verdict and operation of each stick rule that had an effect. */
  readonly stick?: Journey['stick']
  /** Where the backend has `releases`: the one that served it, and who decided so. */
  readonly release?: string | undefined
  readonly releaseBy?: ReleaseBy | undefined
  /** The release that had a file which the other lacks. */
  readonly rescuedFrom?: string | undefined
  /** All of it. */
  readonly durationMs: number
  /** Cloudflare's data centre and its name of the request; absent under serve. */
  readonly colo?: string | undefined
  readonly ray?: string | undefined
}
