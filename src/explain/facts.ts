// What an explanation goes by besides the configuration: the request, the servers' states, the keys, and what stick tables have.

import type { CookieKeys } from '../persistence/sealed.ts'
import type { Target } from '../persistence/table.ts'
import type { SetStates } from '../releases/standing.ts'
import type { ServerState } from '../server/states.ts'
import type { HeaderLine } from './explanation.ts'

export interface Question {
  readonly method: string
  readonly url: URL
  /** With a Host, or without: then it is the URL's. */
  readonly headers: readonly HeaderLine[]
  /** The peer's address, '' when unknown. */
  readonly src: string
  readonly atMs: number
  /** The port that it came to, and the frontends that listen there; undefined: the URL's, and all. */
  readonly port?: number | undefined
  readonly frontends?: readonly string[] | undefined
}

export interface Facts {
  /** By BACKEND/SERVER; servers that are not named are as configured, and up. */
  readonly states: Readonly<Record<string, Partial<ServerState>>>
  /** What an operator has set of releases, by backend; undefined, or without a backend: they are as configured. */
  readonly releases?: Readonly<Record<string, SetStates>> | undefined
  /** Servers, by BACKEND/SERVER, whose slots (maxconn) are all taken. */
  readonly full: ReadonlySet<string>
  /** Servers, by BACKEND/SERVER, that refuse connections. */
  readonly refusing: ReadonlySet<string>
  /** Empty: they are not known here. */
  readonly cookieKeys: CookieKeys
  readonly onCloudflare: boolean
  /** What a table has for a key, as the table stores it; undefined: nothing. */
  entryOf(table: string, key: string): Promise<Target | undefined>
}
