// The slots of one request's captures, as rules fill and read them and a log line shows them (captures.ts makes them).

/** Null: nothing was found. Lists have a place for each capture, '' where there was nothing. */
export interface Captured {
  readonly requestCookie: string | null
  readonly responseCookie: string | null
  readonly request: readonly string[]
  readonly response: readonly string[]
}

export type Direction = 'request' | 'response'

/** Those of one request. */
export interface CaptureSlots {
  /** Undefined: empty, or there is none. */
  read(direction: Direction, slot: number): string | undefined
  /** What is too long is cut off. False: there is no such slot. */
  write(direction: Direction, slot: number, text: string): boolean
  /** The server's own response, before rules change it. */
  hear(response: Response): void
  captured(): Captured
}
