// What a request carries, and comparing it with a secret without telling by the time it takes how much of it was right.

import { createKeyedHash } from '../credentials/keyed-hash.ts'

/** What an Authorization header carries as a bearer token (RFC 6750 section 2.1). */
export function bearerOf(authorization: string | null): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
}

const keyed = createKeyedHash()

export function isSame(given: string, secret: string): Promise<boolean> {
  return keyed.isSame(given, secret)
}
