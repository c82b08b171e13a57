/** What outlives a response: the work goes on when the client has its answer. */
export interface Lifetime {
  waitUntil(work: Promise<unknown>): void
}
