// Who may look in: HTTP Basic against the names and passwords of `stats auth`, or an admin token as a password or bearer
// token, or whoever Cloudflare Access has let through. An address that guesses wrong too often has to wait.

import type { Access } from './access.ts'
import type { Visitor } from './level.ts'
import type { Operations } from './operations.ts'
import { bearerOf, isSame } from './token.ts'
import { tokensOf } from './tokens.ts'

/** So many wrong guesses of one address within a minute, and it is not listened to for another. */
const MAX_FAILURES = 10
const WINDOW_MS = 60_000
/** Addresses that are remembered. */
const MAX_ADDRESSES = 1_000

/** `wrong`: no or wrong credentials; `blocked`: too many of them. */
export type Checked = Visitor | 'wrong' | 'blocked'

export interface Login {
  check(request: Request, address: string, secret: string | undefined): Promise<Checked>
  /** A token that came in another way than as a header's credentials. */
  checkToken(token: string, address: string, secret: string): Promise<Checked>
}

export interface Account {
  readonly name: string
  readonly password: string
}

export interface LoginOptions {
  readonly accounts: readonly Account[]
  /** Accounts may change servers (HAProxy: "stats admin"). */
  readonly isAdmin: boolean
  readonly access?: Access | undefined
}

export function createLogin({ accounts, isAdmin, access }: LoginOptions, { now }: Pick<Operations, 'now'>): Login {
  const failures = new Map<string, { count: number; sinceMs: number }>()
  return {
    async check(request, address, secret) {
      const known = await access?.(request)
      return known ?? checkCredentials(request.headers.get('authorization'), address, secret)
    },
    checkToken: (token, address, secret) => checkCredentials(`Bearer ${token}`, address, secret),
  }

  async function checkCredentials(
    authorization: string | null,
    address: string,
    secret: string | undefined,
  ): Promise<Checked> {
    const failed = failures.get(address)
    const isRecent = failed !== undefined && now() - failed.sinceMs < WINDOW_MS
    if (isRecent && failed.count >= MAX_FAILURES) return 'blocked'
    const visitor = await visitorOf(authorization, secret)
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
  }

  async function visitorOf(authorization: string | null, secret: string | undefined): Promise<Visitor | undefined> {
    const basic = parseBasic(authorization)
    const given = bearerOf(authorization) ?? basic?.password
    if (given === undefined) return undefined
    let found: Visitor | undefined
    // All are compared, so that time does not tell which there is.
    for (const { name, level, token } of tokensOf(secret ?? '')) {
      if (await isSame(given, token)) found = { who: name ?? (basic?.name || 'admin'), level }
    }
    if (found || !basic) return found
    for (const { name, password } of accounts) {
      const [isName, isPassword] = await Promise.all([isSame(basic.name, name), isSame(basic.password, password)])
      if (isName && isPassword) found = { who: name, level: isAdmin ? 'admin' : 'user' }
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
