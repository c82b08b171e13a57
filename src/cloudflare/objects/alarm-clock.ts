// When a Durable Object's alarm has to be set. Each `setAlarm` is billed as a row written, so one that comes early enough
// already is left as it is: an alarm that finds nothing to do sets the next.

/** An alarm is never set further ahead. */
const MAX_AHEAD_MS = 86_400_000

export interface AlarmClock {
  /** The alarm that was set is gone: it has fired, or it is lost. */
  clear(): void
  /** Unix milliseconds; undefined: nothing has to be done by the clock. */
  wakeBy(atMs: number | undefined): Promise<void>
}

/** Of an object's storage. */
interface Alarms {
  getAlarm(): Promise<number | null>
  setAlarm(atMs: number): Promise<void>
}

export function createAlarmClock(storage: Alarms, now: () => number): AlarmClock {
  /** Null: none is set. Undefined: not known since the object started. */
  let setMs: number | null | undefined

  return {
    clear() {
      setMs = null
    },
    async wakeBy(atMs) {
      if (atMs === undefined) return
      if (setMs === undefined) {
        const storedMs = await storage.getAlarm()
        setMs ??= storedMs
      }
      const nowMs = now()
      // Whole milliseconds: the runtime cuts off the rest, and an alarm that is set to the moment it is running for is lost.
      const wantedMs = Math.ceil(Math.min(Math.max(atMs, nowMs), nowMs + MAX_AHEAD_MS))
      if (setMs != null && setMs <= wantedMs) return
      setMs = wantedMs
      await storage.setAlarm(wantedMs)
    },
  }
}
