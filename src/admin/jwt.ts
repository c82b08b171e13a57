// A module of its own, so that bundles hold the part of the library that is used, and only those that need it (config/parts.ts).

import { createRemoteJWKSet, jwtVerify } from 'jose'

/** Checks an RS256 token against the keys at `keysUrl`, and returns its claims. Rejects with what is wrong with it. */
export function createJwtVerify(keysUrl: URL, issuer: string, audience: string) {
  const keys = createRemoteJWKSet(keysUrl)
  return async (token: string): Promise<Readonly<Record<string, unknown>>> => {
    const { payload } = await jwtVerify(token, keys, { issuer, audience, algorithms: ['RS256'] })
    return payload
  }
}

export type CreateJwtVerify = typeof createJwtVerify
