// Who may look in: HTTP Basic against the names and passwords of `stats auth`, or the admin token as a password or bearer
// token. An address that guesses wrong too often has to wait.

import type { Operations } from './operations.ts'
import { isBearer, isSame } from './token.ts'

export interface Visitor {
  readonly who: string
  /** May change something. */
  readonly isAdmin: boolean
}

/** So many wrong guesses of one address within a minute, and it is not listened to for another. */
const MAX_FAILURES = 10
const WINDOW_MS = 60_000
/** Addresses that are remembered. */
const MAX_ADDRESSES = 1_000

export interface Login {
  /** `wrong`: no or wrong credentials; `blocked`: too many of them. */
  check(
    authorization: string | null,
    address: string,
    token: string | undefined,
  ): Promise<Visitor | 'wrong' | 'blocked'>
}

export interface Account {
  readonly name: string
  readonly password: string
}

export function createLogin(accounts: readonly Account[], isAdmin: boolean, { now }: Pick<Operations, 'now'>): Login {
  const failures = new Map<string, { count: number; sinceMs: number }>()

  return {
    async check(authorization, address, token) {
      const failed = failures.get(address)
      const isRecent = failed !== undefined && now() - failed.sinceMs < WINDOW_MS
      if (isRecent && failed.count >= MAX_FAILURES) return 'blocked'
      const visitor = await visitorOf(authorization, token)
      if (visitor) {
        failures.delete(address)
        return visitor
      }
      // A browser asks once without any, to learn that it needs some.
      if (authorization !== null) {
        if (failures.size >= MAX_ADDRESSES) failures.clear()
        failures.set(address, isRecent ? { ...failed, count: failed.count + 1 } : { count: 1, sinceMs: now() })
      }
      return 'wrong'
    },
  }

  async function visitorOf(authorization: string | null, token: string | undefined): Promise<Visitor | undefined> {
    if (token && (await isBearer(authorization, token))) return { who: 'admin', isAdmin: true }
    const basic = parseBasic(authorization)
    if (!basic) return undefined
    if (token && (await isSame(basic.password, token))) return { who: basic.name || 'admin', isAdmin: true }
    let found: Visitor | undefined
    // All are compared, so that time does not tell which name there is.
    for (const { name, password } of accounts) {
      const [isName, isPassword] = await Promise.all([isSame(basic.name, name), isSame(basic.password, password)])
      if (isName && isPassword) found = { who: name, isAdmin }
    }
    return found
  }
}

/** RFC 7617. */
function parseBasic(authorization: string | null): Account | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/=]+) *$/i.exec(authorization ?? '')?.[1]
  if (encoded === undefined) return undefined
  try {
    const text = new TextDecoder().decode(Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0)))
    const colon = text.indexOf(':')
    return colon < 0 ? undefined : { name: text.slice(0, colon), password: text.slice(colon + 1) }
  } catch {
    return undefined
  }
}
