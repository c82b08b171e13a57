// Runs the checks that are due: asks each server, records its answer and reports what changed. health/check-schedule.ts says
// when a check is due, health/server-registry.ts what an answer means; the Monitor keeps the alarm.

import { describeResult } from '../../health/check.ts'
import type { Allowance, CheckSchedule } from '../../health/check-schedule.ts'
import type { Entry } from '../../health/server-entry.ts'
import type { ServerRegistry } from '../../health/server-registry.ts'
import { askServer } from './ask-server.ts'
import type { ChangeLog } from './change-log.ts'
import type { Probers } from '../adapters/probe.ts'
import type { ServerRows } from './server-rows.ts'

export interface CheckRunnerParts {
  readonly schedule: CheckSchedule
  readonly registry: ServerRegistry
  readonly rows: ServerRows
  readonly changeLog: ChangeLog
  readonly probers: Probers
  /** How many requests the checks of one invocation may make. */
  readonly checkRequests: number
  /** False: another object is in command by now, and late results are ignored. */
  isHere(): boolean
  publish(): Promise<void>
  setAlarm(): Promise<void>
  waitUntil(work: Promise<void>): void
}

export interface CheckRunner {
  /** Starts what is due and does not wait for it. `isByCron`: the cron trigger calls. */
  startDue(isByCron: boolean): void
}

export function createCheckRunner(parts: CheckRunnerParts): CheckRunner {
  const { schedule, registry, rows, changeLog, probers } = parts
  return { startDue: (isByCron) => start({ left: parts.checkRequests, isByCron }) }

  /** `allowance`: of the invocation on whose behalf. */
  function start(allowance: Allowance): void {
    if (!parts.isHere()) return
    for (const key of schedule.start(allowance)) parts.waitUntil(check(key, registry.entries.get(key)!, allowance))
  }

  async function check(key: string, entry: Entry, allowance: Allowance): Promise<void> {
    const before = entry.record
    try {
      const state = entry.server.check!.sendState ? registry.stateText(key) : undefined
      const result = await askServer(probers, key, entry, state)
      if (!parts.isHere()) return
      const transition = registry.recordCheck(key, result, Date.now())
      // A steady server is not written each time: the row is not worth its price.
      const { health, fetchTrial } = entry.record
      const isSteady =
        before.health === health && before.lastCheck?.code === result.code && before.fetchTrial === fetchTrial
      // Between two minutes the object may be evicted, and must know when the next check is due.
      if (!isSteady || schedule.isUnhurried) rows.save(entry)
      if (transition) {
        changeLog.record(transition, describeResult(result), null, result)
        await parts.publish()
      }
    } catch (error) {
      console.error(JSON.stringify({ event: 'check-failed', server: key, error: String(error) }))
    } finally {
      schedule.end(key, entry)
      start(allowance)
      await parts.setAlarm()
    }
  }
}
