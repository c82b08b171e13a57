// What a rule waits for is thrown, so that rules that wait for nothing make no promise. Then the rule runs again (settle.ts).

import type { Ended } from './ended.ts'

export class PendingError extends Error {
  /** What it resolves to ends the rules; undefined: they go on. */
  readonly wait: () => Promise<Ended | undefined>

  constructor(wait: () => Promise<Ended | undefined>) {
    super('a rule must wait')
    this.wait = wait
  }
}
