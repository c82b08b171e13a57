// Is what live traffic meets good or bad? HAProxy: configuration manual 5.2 "observe".

import type { Observe } from '../config/options/server.ts'

/** `status` of the answer; undefined when there was none. Layer 7: anything but a server's error. */
export function isGood(layer: Observe['layer'], status: number | undefined): boolean {
  if (status === undefined) return false
  return layer === 'layer4' || status < 500 || status === 501 || status === 505
}
