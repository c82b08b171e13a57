// What an isolate that asks itself is told, and what it says afterwards (drive.ts).

export interface Drive {
  readonly perSecond: number
  readonly seconds: number
  /** Unix milliseconds: all isolates begin together. */
  readonly startMs: number
  /** How long a call to the table takes, each way. */
  readonly farMs: number
  readonly client: string
  /** So many clients take turns in place of that one. */
  readonly clients?: number
}

export interface Driven {
  readonly sent: number
  readonly passed: number
  /** Calls to the table's objects. */
  readonly calls: number
  /** That the objects of this isolate have written; each alarm is one. */
  readonly rows: number
  /** For how long the machine was too busy to keep the pace: the rest was sent so much later. */
  readonly lateMs: number
}
