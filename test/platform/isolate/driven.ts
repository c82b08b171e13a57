// What an isolate that asks itself is told, and what it says afterwards (drive.ts).

export interface Drive {
  readonly perSecond: number
  readonly seconds: number
  /** Unix milliseconds: all isolates begin together. */
  readonly startMs: number
  /** How long a call to the table takes, each way. */
  readonly farMs: number
  readonly client: string
}

export interface Driven {
  readonly sent: number
  readonly passed: number
  /** Calls to the table's objects. */
  readonly calls: number
  /** For how long the machine was too busy to keep the pace: the rest was sent so much later. */
  readonly lateMs: number
}
