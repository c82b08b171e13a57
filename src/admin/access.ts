// Who Cloudflare Access has let through: its signed word for it, checked with the team's published keys.
// https://developers.cloudflare.com/cloudflare-one/identity/authorization-cookie/validating-json/

import type { AccessConfig } from '../config/options/admin.ts'
import type { Visitor } from './level.ts'

const HEADER = 'cf-access-jwt-assertion'
/** One that is worth nothing is told of again after so long without any. */
const TELL_MS = 60_000

/** Undefined: the request carries no such word, or one that is worth nothing. */
export type Access = (request: Request) => Promise<Visitor | undefined>

export function createAccess({ team, audience }: AccessConfig, now: () => number): Access {
  let verify: Verify | undefined
  let toldMs = Number.NEGATIVE_INFINITY
  return async (request) => {
    const token = request.headers.get(HEADER)
    if (token === null) return undefined
    // Only here: an isolate that never sees such a token does not even run the library. Kept once it is there: on workerd
    // no request may await what another began.
    verify ??= await loadVerify(team, audience)
    try {
      return await verify(token)
    } catch (error) {
      // An operator with a wrong audience wants to know; whoever sends nonsense shall not fill the log.
      if (now() - toldMs > TELL_MS) console.error(JSON.stringify({ event: 'access-refused', problem: String(error) }))
      toldMs = now()
      return undefined
    }
  }
}

type Verify = (token: string) => Promise<Visitor>

async function loadVerify(team: string, audience: string): Promise<Verify> {
  const { createJwtVerify } = await import('./jwt.ts')
  const verify = createJwtVerify(new URL('/cdn-cgi/access/certs', team), team, audience)
  return async (token) => {
    const { email, common_name: serviceName } = await verify(token)
    // A service token has a name in place of an address.
    const who = email ?? serviceName
    return { who: typeof who === 'string' ? who : 'access', level: 'admin' }
  }
}
