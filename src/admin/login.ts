// Who may look in: an admin token as a password or bearer token, HTTP Basic against the names and passwords of `stats auth`, or
// a user whom Cloudflare Access has let through.
// Tokens are long: guessing one is hopeless, and a right one is always accepted, whoever else guesses from its address. Passwords
// may be short: when a client guesses wrong too often, its guesses are refused without a look.

import { parseBasic } from '../credentials/basic.ts'
import type { Credentials } from '../credentials/basic.ts'
import type { Throttle } from '../credentials/throttle.ts'
import type { Access } from './access.ts'
import type { Level, Visitor } from './level.ts'
import { escaped } from './escaped.ts'
import { bearerOf, isSame } from './token.ts'
import { tokensOf } from './tokens.ts'

/** How much of a name is recorded. */
const MAX_WHO_CHARACTERS = 64

/** `wrong`: no or wrong credentials; `blocked`: too many of them. */
export type Checked = Visitor | 'wrong' | 'blocked'

export interface Asker {
  /** The client's address, behind trustedProxies the one they report: its wrong guesses are counted. */
  readonly clientAddress: string
  /** `LIMPET_ADMIN_TOKEN`; undefined: no token is right. */
  readonly secret: string | undefined
  /** What accounts may do. */
  readonly accountLevel: Level
}

export interface Login {
  check(request: Request, asker: Asker): Promise<Checked>
}

export interface Account {
  readonly name: string
  readonly password: string
}

export function createLogin(accounts: readonly Account[], access: Access | undefined, throttle: Throttle): Login {
  return {
    async check(request, asker) {
      const known = await access?.(request)
      return known ?? checkCredentials(request.headers.get('authorization'), asker)
    },
  }

  async function checkCredentials(authorization: string | null, asker: Asker): Promise<Checked> {
    // A browser first asks without credentials, to learn that it needs some.
    if (authorization === null) return 'wrong'
    const { clientAddress, secret, accountLevel } = asker
    const holder = await holderOfHeader(authorization, secret)
    if (holder) return holder
    if (throttle.isBlocked(clientAddress)) return 'blocked'
    const basic = parseBasic(authorization)
    const name = basic && (await accountOf(basic))
    if (name !== undefined) return { who: name, level: accountLevel }
    throttle.fail(clientAddress)
    return 'wrong'
  }

  async function accountOf(basic: Credentials): Promise<string | undefined> {
    let found: string | undefined
    // All are compared, so that the time taken does not reveal which one exists.
    for (const { name, password } of accounts) {
      const [isName, isPassword] = await Promise.all([isSame(basic.name, name), isSame(basic.password, password)])
      if (isName && isPassword) found = name
    }
    return found
  }
}

/** A token that came in another way than as a header's credentials. */
export async function checkToken(
  token: string,
  { clientAddress, secret }: Omit<Asker, 'accountLevel'>,
  throttle: Throttle,
): Promise<Checked> {
  const holder = await holderOf(token, undefined, secret)
  if (holder) return holder
  if (throttle.isBlocked(clientAddress)) return 'blocked'
  throttle.fail(clientAddress)
  return 'wrong'
}

/** Found by a token as a password or bearer token; undefined: no token is right. */
export function holderOfRequest(request: Request, secret: string | undefined): Promise<Visitor | undefined> {
  return holderOfHeader(request.headers.get('authorization'), secret)
}

async function holderOfHeader(authorization: string | null, secret: string | undefined): Promise<Visitor | undefined> {
  const basic = parseBasic(authorization)
  const given = bearerOf(authorization) ?? basic?.password
  return given === undefined ? undefined : holderOf(given, basic?.name, secret)
}

/** Whose token it is. A token without a name leaves it to `claimed`. */
async function holderOf(
  given: string,
  claimed: string | undefined,
  secret: string | undefined,
): Promise<Visitor | undefined> {
  let found: Visitor | undefined
  // All are compared, so that the time taken does not reveal which one exists.
  for (const { name, level, token } of tokensOf(secret ?? '')) {
    if (await isSame(given, token))
      found = { who: name ?? (escaped((claimed ?? '').slice(0, MAX_WHO_CHARACTERS)) || 'admin'), level }
  }
  return found
}
