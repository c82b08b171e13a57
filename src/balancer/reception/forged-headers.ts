// The client's headers, without what it may not say about itself.

import { copyOf } from '../../http/fields.ts'
import type { MutableFields } from '../../http/fields.ts'

/**
 * A copy that rules may change. `dropsForwarded`: what proxies say goes, too. `onCloudflare`: CF-* headers are the platform's own;
 * elsewhere a client forged them. Some servers read `X_Forwarded_For` as `X-Forwarded-For`, so the underscore hides no name.
 */
export function unforged({ headers }: Request, dropsForwarded: boolean, onCloudflare: boolean): MutableFields {
  const copy = copyOf(headers)
  const forged: string[] = []
  copy.forEachLine((name) => {
    // Most names begin otherwise; this is the hot path.
    const first = name[0]
    const isForged =
      first === 'x' || first === 'f' ? dropsForwarded && isForwarded(name) : first === 'c' && isCf(name, onCloudflare)
    if (isForged) forged.push(name)
  })
  for (const name of forged) copy.remove(name)
  return copy
}

/** Cloudflare's own names have no underscores. */
function isCf(name: string, onCloudflare: boolean): boolean {
  return name.startsWith('cf-') || name.startsWith('cf_') ? !onCloudflare || name.includes('_') : false
}

function isForwarded(name: string): boolean {
  const spelled = name.replaceAll('_', '-')
  return spelled.startsWith('x-forwarded-') || spelled === 'forwarded' || spelled === 'x-real-ip'
}
