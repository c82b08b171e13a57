// What a test has asked of the surroundings of one isolate, and what it may ask back.

export interface Settings {
  /** How far the clock is ahead of the machine's. */
  readonly aheadMs: number
  /** Bindings whose every use fails; `CACHE` is the Cache API. */
  readonly failing: readonly string[]
  /** How long a call to an object takes, each way. */
  readonly farMs: number
  /** How long a write is on its way to KV. */
  readonly kvWriteMs: number
  /** How many requests one invocation may make. */
  readonly subrequests: number
}

export interface Sightings {
  /** Unix milliseconds for which the Monitor's alarm is set; null: it is not. */
  readonly alarmMs: number | null
  /** How often it was set. */
  readonly alarmsSet: number
  /** The most requests that one invocation made. */
  readonly mostSubrequests: number
  /** How many were refused. */
  readonly refusedSubrequests: number
  readonly mails: readonly unknown[]
}

export let settings: Settings = { aheadMs: 0, failing: [], farMs: 0, kvWriteMs: 0, subrequests: 10_000 }

export function change(changed: Partial<Settings>): void {
  settings = { ...settings, ...changed }
}

export const seen = {
  alarmsSet: 0,
  mostSubrequests: 0,
  refusedSubrequests: 0,
  mails: [] as unknown[],
}

/** Every binding may fail at any time; what they throw is not documented, so nobody may look into it. */
export function failIfAsked(binding: string): void {
  if (settings.failing.includes(binding)) throw new Error(`${binding} is out of order`)
}
