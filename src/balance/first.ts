// `balance first`: the first server, in the order of the configuration, that has a free slot (maxconn): the caller
// excludes the full ones. Weights do not count.

import type { Policy } from './policy.ts'

export function createFirst(): Policy {
  return { pick: (candidates, avoid) => candidates.find((member) => !avoid.has(member)) }
}
