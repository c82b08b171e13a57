// The names of the objects of limits (maxconn). Leases are stored under these names, so they never change.

import { proxyKey } from '../config/keys.ts'
import { firstNameOf } from '../config/names.ts'
import type { Named } from '../config/names.ts'

/** By first names: while a rename is deployed, isolates of both configurations share one limit. */
export function serverLimitName(backend: Named, server: Named): string {
  return proxyKey('server', firstNameOf(backend), firstNameOf(server))
}

export function frontendLimitName(frontend: string): string {
  return proxyKey('frontend', frontend)
}
