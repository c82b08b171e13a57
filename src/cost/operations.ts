// Rows of SQLite that the objects read and write. Not guessed: test/workerd/cost.test.ts and stick-requests.test.ts count them.

/** Of a round of checks, however many servers it asks: its alarm. */
export const CHECK_ROUND_ROWS = 1

/** Of a report of counters: one for each frontend, backend and server that had requests, and one for the isolate. */
export function reportRows(counted: number): number {
  return counted + 1
}

/** Of a stick entry that is new or refreshed: itself and its place in the index that finds what must go. */
export const ENTRY_ROWS = 2
/** Of an entry that has ended. */
export const EXPIRY_ROWS = 1
export const EXPIRY_READ_ROWS = 5

/** Of a key of a table that counts, whose `gpc` or `gpt` has changed: once in eight seconds at most, and once when it has ended. */
export const COUNTS_ROWS = 1
/** Of the alarm by which an object saves what has changed. */
export const SAVE_ROWS = 1
/** Of a key that its object has not met since it started, and of one that has ended. */
export const COUNTS_READ_ROWS = 2
