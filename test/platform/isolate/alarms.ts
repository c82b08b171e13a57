// An object's alarm, rung by the test alone: late, twice, or never. There is one for each object, a new one replaces it, and while
// the handler runs there is none until it is set again. It is called at least once, may be late by a minute, and is lost with a
// handler that has thrown seven times.
// https://developers.cloudflare.com/durable-objects/api/alarms/

import { seen } from './settings.ts'

export interface HeldAlarm {
  atMs: number | null
}

/** Takes the alarm of this object's storage over. */
export function holdAlarm({ storage }: DurableObjectState): HeldAlarm {
  const held: HeldAlarm = { atMs: null }
  storage.setAlarm = async (at: number | Date) => {
    seen.alarmsSet += 1
    held.atMs = Number(at)
  }
  storage.getAlarm = async () => held.atMs
  storage.deleteAlarm = async () => {
    held.atMs = null
  }
  return held
}
