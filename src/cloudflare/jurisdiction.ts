// Objects that must be kept in a jurisdiction (`stickTable.jurisdiction`).

import type { Jurisdiction } from '../config/options/stick.ts'

/** Those of a jurisdiction are other objects than those of none, under the same names. */
export function inJurisdiction<T extends Rpc.DurableObjectBranded>(
  namespace: DurableObjectNamespace<T>,
  jurisdiction: Jurisdiction | null,
): DurableObjectNamespace<T> {
  if (jurisdiction === null) return namespace
  try {
    return namespace.jurisdiction(jurisdiction)
  } catch (error) {
    // workerd on a developer's machine has none: `limpet serve`, `wrangler dev`. Any other error must not be ignored.
    if (String(error).includes('not implemented in workerd')) return namespace
    throw error
  }
}
