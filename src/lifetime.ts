/** Keeps work running after the client has its answer. */
export interface Lifetime {
  waitUntil(work: Promise<unknown>): void
}
