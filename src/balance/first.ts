// `balance first`: the first server, in the order of the configuration, of those that have a free slot (maxconn): the full
// ones are avoided by whoever asks. Weights do not count.

import { without } from './policy.ts'
import type { Policy } from './policy.ts'

export function createFirst(): Policy {
  return { pick: (candidates, avoid) => without(candidates, avoid)[0] }
}
