// The client's headers, without what a client may not say about itself.

import { copyWithout } from '../../http/fields.ts'
import type { Fields, MutableFields } from '../../http/fields.ts'

/**
 * A copy that rules may change. `dropsForwarded`: headers of proxies are dropped, too. `onCloudflare`: CF-* headers come from the platform;
 * elsewhere a client forged them. Some servers read `X_Forwarded_For` as `X-Forwarded-For`, so underscores count as hyphens.
 */
export function unforged(headers: Fields, dropsForwarded: boolean, onCloudflare: boolean): MutableFields {
  return copyWithout(headers, (name) => {
    // Most names begin otherwise; this is the hot path.
    const first = name[0]
    return first === 'x' || first === 'f'
      ? dropsForwarded && isForwarded(name)
      : first === 'c' && isCf(name, onCloudflare)
  })
}

/** Cloudflare's own names have no underscores. */
function isCf(name: string, onCloudflare: boolean): boolean {
  return name.startsWith('cf-') || name.startsWith('cf_') ? !onCloudflare || name.includes('_') : false
}

function isForwarded(name: string): boolean {
  const spelled = name.replaceAll('_', '-')
  return spelled.startsWith('x-forwarded-') || spelled === 'forwarded' || spelled === 'x-real-ip'
}
