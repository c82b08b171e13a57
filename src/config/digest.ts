// A short name for a configuration as it was written, so that people can see whether two deployments have the same.

import { xxh32 } from '../hash/xxh32.ts'

/** Left out, because passwords could be tried against the digest. */
export const SECRET_FIELDS: ReadonlySet<string> = new Set(['password', 'insecurePassword', 'webhook', 'smtp'])

export function digestOf(written: unknown): string {
  return xxh32(JSON.stringify(written, comparable), 0).toString(16).padStart(8, '0')
}

/** The order in which fields were written makes no difference. */
function comparable(field: string, value: unknown): unknown {
  if (SECRET_FIELDS.has(field)) return undefined
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
