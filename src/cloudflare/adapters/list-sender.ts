// Sends what rules have changed in maps and lists to the Monitor, after the answer: at most one call at a time, which takes along all that
// has changed until then. What cannot be sent holds in this isolate, and is sent with a later request.

import type { Config } from '../../config/config.ts'
import type { Lifetime } from '../../lifetime.ts'
import { MOST_CHARACTERS, MOST_DIFFERENCES } from '../../rules/lists/list-set.ts'
import { isChangedByRules } from '../../rules/lists/uses.ts'
import type { Lists } from '../../rules/lists/lists.ts'
import type { ListParts } from '../list-parts.ts'
import type { Env } from '../env.ts'
import { monitorStub } from '../object-stubs.ts'
import type { SnapshotReader } from './snapshot-reader.ts'

/** A call whose request was cancelled never ends; after this time another is made. */
const CALL_LOST_MS = 5_000
/** After a failure the next call is made this much later. */
const RETRY_MS = 1_000
/** What changes meanwhile is sent by the same request, so often. */
const MOST_CALLS = 10

export const createSender: ListParts['createSender'] = (config, env, lists, reader) =>
  lists && isChangedByRules(config) ? createListSender(config, env, lists, reader) : undefined

function createListSender(config: Config, env: Env, lists: Lists, reader: Pick<SnapshotReader, 'accept'>) {
  let busyUntilMs = Number.NEGATIVE_INFINITY
  let isFailing = false

  async function send(): Promise<void> {
    for (let calls = 0; calls < MOST_CALLS && lists.isWaiting; calls++) {
      busyUntilMs = Date.now() + CALL_LOST_MS
      const taken = [...lists.take()]
      try {
        const { outcomes, snapshot } = await monitorStub(env, config.monitorNear).changeLists(taken, null)
        lists.sent(taken, true)
        reader.accept(snapshot)
        const full = outcomes?.indexOf('full') ?? -1
        if (full !== -1) logFull(taken[full]!.list)
        isFailing = false
      } catch (error) {
        lists.sent(taken, false)
        // Logged once per outage.
        if (!isFailing) console.error(JSON.stringify({ event: 'lists-not-sent', error: String(error) }))
        isFailing = true
        busyUntilMs = Date.now() + RETRY_MS
        return
      }
    }
    busyUntilMs = Number.NEGATIVE_INFINITY
  }

  return (lifetime: Lifetime) => {
    if (lists.isWaiting && Date.now() >= busyUntilMs) lifetime.waitUntil(send())
  }
}

const LOG_EACH_MS = 60_000
let loggedMs = Number.NEGATIVE_INFINITY

/** A change was refused. Logged once a minute: each request may make one. */
export function logFull(list: string): void {
  if (Date.now() - loggedMs < LOG_EACH_MS) return
  loggedMs = Date.now()
  const problem = `more than ${MOST_DIFFERENCES} entries or ${MOST_CHARACTERS} characters would differ from the configuration`
  console.error(JSON.stringify({ event: 'lists-full', list, problem }))
}
