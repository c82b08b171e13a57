// One fetch as the tables of fetch-rows.ts have it.

import type { Takes } from './argument.ts'
import type { SampleType } from './sample-type.ts'

/**
 * What it is of, which says where it may stand. `anything`: known everywhere. `client`: of the connection, known as long as the request
 * is. `request`: of what the client asks, as rules have changed it. `transaction`: of what the client asked, known when the response is
 * there, too. `backend`: known once a backend is chosen. `response`: known then only.
 */
export type Origin = 'anything' | 'client' | 'request' | 'transaction' | 'backend' | 'response'

export interface FetchRow {
  readonly gives: SampleType
  readonly of: Origin
  readonly takes: Takes
}

export const row = (gives: SampleType, of: Origin, ...takes: Takes): FetchRow => ({ gives, of, takes })
