// Waiting for a client's body no longer than the client keeps sending: what is never sent must not hold a place for ever.

/** Slower than any connection that is in use; a body gets a second more for each 4 KB of it. */
const LEAST_BYTES_PER_MS = 4

/** How long a body may take whose client may be silent for `stallMs`. */
export function bodyTimeMs(bytes: number, stallMs: number): number {
  return stallMs + bytes / LEAST_BYTES_PER_MS
}

/**
 * `late`: what it is when it takes longer; it goes on then, and nobody waits for it. The timer is not cleared: that costs more than a
 * late one that does nothing, and it ends with the request.
 */
export function inTime<T>(work: Promise<T>, waitMs: number, late: T): Promise<T> {
  return Promise.race([work, new Promise<T>((resolve) => setTimeout(resolve, waitMs, late))])
}
