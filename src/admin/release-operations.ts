// What an operator can see and do about releases. Made in release-window.ts, which is imported only where a backend has some.

import type { ReleaseChange, Refused } from '../health/release-change.ts'
import type { Config } from '../config/config.ts'
import type { ReleaseView } from '../health/release-registry.ts'
import type { TotalView } from '../stats/totals.ts'
import type { Html } from './html.ts'

/** Backed by the Monitor. */
export interface ReleasePorts {
  /** Of each release of each backend that has some, as the Monitor knows them. */
  views(): Promise<readonly ReleaseView[]>
  /** `who`: the operator's name. Undefined: the Monitor does not know the backend. */
  change(backend: string, change: ReleaseChange, who: string): Promise<{ readonly isDone: true } | Refused | undefined>
}

/** What else there is to know. */
export interface ReleaseFacts {
  readonly config: Config
  /** Of counters, by key. */
  readonly totals: Readonly<Record<string, TotalView>>
  readonly nowMs: number
}

export interface ReleaseRow extends ReleaseView {
  /** Of 256 parts of the clients, how many it gets; null: it gets no new documents. */
  readonly buckets: number | null
  /** Of its servers, since the counters were cleared. */
  readonly requests: number
  readonly requestsPerMinute: number
  /** Seconds since the last request; null: none yet. */
  readonly lastRequestS: number | null
}

/** Of the statistics page: a release, and the servers below it. */
export interface ReleaseGroup {
  readonly backend: string
  readonly servers: ReadonlySet<string>
  /** A row of a table of so many columns. */
  head(columns: number): Html
}

export interface ReleaseOperations extends ReleasePorts {
  /** In the order of the lists. */
  rows(facts: ReleaseFacts): Promise<readonly ReleaseRow[]>
  /** The newest first. */
  groups(facts: ReleaseFacts, isAdmin: boolean): Promise<readonly ReleaseGroup[]>
  /** What a button of the page asks for: done, not understood, or refused with a text for the page. */
  act(form: URLSearchParams, backend: string, who: string, uri: string): Promise<'DONE' | 'ERRP' | Html>
  /** In Prometheus' format. */
  metrics(facts: ReleaseFacts): Promise<string>
}
