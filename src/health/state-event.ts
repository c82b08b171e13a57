// One change of a server's state or weight, as it is stored.

export interface StateEvent {
  /** Unix milliseconds. */
  readonly atMs: number
  /** `backend/server`. */
  readonly server: string
  readonly from: string
  readonly to: string
  readonly reason: string
  /** The operator's name; null: checks, or time. */
  readonly who: string | null
}
