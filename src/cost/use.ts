// What one purpose needs of what Cloudflare bills.

import type { Item } from './prices.ts'

export interface Use {
  readonly what: string
  /** A month. */
  readonly amounts: Partial<Record<Item, number>>
}

const OBJECT_GB = 0.128
/** How long an object is busy with a call. An object that waits and could sleep is not billed. */
const CALL_S = 0.005

export function calls(count: number, seconds = CALL_S): Partial<Record<Item, number>> {
  return { objectRequests: count, objectGbS: awake(count * seconds) }
}

/** An object that cannot sleep for so long. */
function awake(seconds: number): number {
  return seconds * OBJECT_GB
}
