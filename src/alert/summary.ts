// A day in a few lines, for people who want to hear that all is well.

import { serverKey } from '../config/keys.ts'
import { stateOfWord } from '../server/states.ts'
import { eventOf } from './message.ts'
import type { ServerView } from '../health/server-view.ts'
import type { StateEvent } from '../health/state-event.ts'

export const DAY_MS = 86_400_000

/** Unix milliseconds: the latest time at or before `nowMs` that is this minute of its day, in UTC. */
export function latestSummaryMs(minute: number, nowMs: number): number {
  const todayMs = Math.floor(nowMs / DAY_MS) * DAY_MS + minute * 60_000
  return todayMs <= nowMs ? todayMs : todayMs - DAY_MS
}

/** @param events those of the day, in any order */
export function summaryText(servers: readonly ServerView[], events: readonly StateEvent[], nowMs: number): string {
  const backends = Map.groupBy(servers, ({ backend }) => backend)
  const lines = [...backends].flatMap(([backend, own]) => {
    const ready = own.filter(({ isCandidate }) => isCandidate)
    return [
      `backend ${backend}: ${ready.length} of ${own.length} servers take new clients`,
      ...own.flatMap((server) => serverLine(server, events)),
    ]
  })
  return [
    `Summary of the day until ${new Date(nowMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    ...lines,
  ].join('\n')
}

/** Nothing for a server that is up and was. */
function serverLine({ backend, server, status, isCandidate }: ServerView, events: readonly StateEvent[]): string[] {
  const own = events.filter((event) => event.server === serverKey(backend, server))
  const downs = own.filter(wentDown).length
  if (isCandidate && own.length === 0) return []
  return [`  ${server}: ${status}, ${own.length} changes, ${downs} to DOWN`]
}

function wentDown(event: StateEvent): boolean {
  const [from, to] = [event.from, event.to].map(stateOfWord)
  return from !== undefined && to !== undefined && eventOf(from, to) === 'down'
}
