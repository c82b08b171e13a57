// On Cloudflare fetch decides whether a server is up, as requests go by fetch; release 0.1 asked by socket, and `by: 'socket'`
// does. A server that a socket has found up and fetch does not, such as one whose /health answers 403 to Cloudflare's
// addresses, must not go down because of an upgrade: the socket decides for `fall` x 3 more checks, each with a
// warning. The first success by fetch ends the trial.

import type { CheckConfig } from '../config/options/check.ts'
import type { Server } from '../config/config.ts'
import { passed } from './check.ts'
import type { CheckResult } from './check.ts'
import type { ServerRecord } from './server-record.ts'

type OnTrial = Pick<ServerRecord, 'fetchTrial'>

/** Of a server under today's configuration: none where no socket has checked it, a new one after `by: 'socket'`. */
export function trialOf({ check }: Pick<Server, 'check'>, saved: ServerRecord | undefined): OnTrial {
  if (!check || check.by === 'socket') return { fetchTrial: undefined }
  return { fetchTrial: saved?.lastCheck ? saved.fetchTrial : 'over' }
}

/** Whether a check that fails by fetch is made by socket, too. */
export function isOnTrial({ fetchTrial }: OnTrial, { by }: Pick<CheckConfig, 'by'>): boolean {
  return by === 'fetch' && fetchTrial !== 'over'
}

export interface TrialRuling extends OnTrial {
  /** The result that counts. */
  readonly result: CheckResult
  /** For how many more checks the socket decides; undefined: it does not differ, or does not decide. */
  readonly left: number | undefined
}

/** `bySocket`: undefined when fetch has passed. */
export function ruleOnTrial(
  { fetchTrial }: OnTrial,
  { fall }: Pick<CheckConfig, 'fall'>,
  byFetch: CheckResult,
  bySocket: CheckResult | undefined,
): TrialRuling {
  if (!bySocket || fetchTrial === 'over') return { result: byFetch, fetchTrial: 'over', left: undefined }
  if (!passed(bySocket)) return { result: byFetch, fetchTrial, left: undefined }
  const differed = (fetchTrial ?? 0) + 1
  const left = fall * 3 - differed
  // `fall` has become smaller.
  if (left < 0) return { result: byFetch, fetchTrial: 'over', left: undefined }
  return { result: bySocket, fetchTrial: left === 0 ? 'over' : differed, left }
}
