// One check of one server, by whatever decides; while that is on trial (health/fetch-trial.ts), by what decided before, too.

import { describeResult, passed } from '../../health/check.ts'
import type { CheckResult } from '../../health/check.ts'
import { isOnTrial, ruleOnTrial } from '../../health/fetch-trial.ts'
import type { Entry } from '../../health/server-entry.ts'
import type { Probers } from '../adapters/probe.ts'

/** The result that counts. Writes how the trial stands into the record of `entry`; the caller saves it. */
export async function askServer(
  { probe, formerProbe }: Probers,
  key: string,
  entry: Entry,
  state: string | undefined,
): Promise<CheckResult> {
  const { server } = entry
  const check = server.check!
  const byFetch = await probe(server, check, state)
  if (!formerProbe || !isOnTrial(entry.record, check)) return byFetch
  const bySocket = passed(byFetch) ? undefined : await formerProbe(server, check, state)
  const { result, fetchTrial, left } = ruleOnTrial(entry.record, check, byFetch, bySocket)
  entry.record = { ...entry.record, fetchTrial }
  if (bySocket && left !== undefined) logDifference(key, byFetch, bySocket, left)
  return result
}

/** For an operator, to read before the trial ends and the server goes down. */
function logDifference(server: string, byFetch: CheckResult, bySocket: CheckResult, left: number): void {
  const answers = { byFetch: describeResult(byFetch), bySocket: describeResult(bySocket) }
  const advice = "let Cloudflare's requests pass at the server, or write by: 'socket' in its check"
  console.warn(JSON.stringify({ event: 'check-differs', server, ...answers, checksLeft: left, advice }))
}
