// Lists of users, and whether a request proves to be from one of them by HTTP Basic. HAProxy: configuration manual 3.4 "userlist".
// Hashing a password takes some 20 ms of CPU, so it is done only when a rule asks, one guess at a time for each client, and
// not at all for a client that guesses too often (credentials/throttle.ts) or for a password that is too long.

import type { Userlist } from '../config/options/users.ts'
import { sourceNetwork } from '../config/network.ts'
import { parseBasic } from '../credentials/basic.ts'
import type { Credentials } from '../credentials/basic.ts'
import { createKeyedHash } from '../credentials/keyed-hash.ts'
import type { Throttle } from '../credentials/throttle.ts'
import { createMemo } from '../memo.ts'
import type { Transaction } from './transaction.ts'
import { shaCrypt } from '../credentials/sha-crypt.ts'

/** A request's user was asked for before it was verified: verify it, then ask again. */
export class UnverifiedError extends Error {
  readonly userlist: string
  readonly authorization: string
  readonly credentials: Credentials

  constructor(userlist: string, authorization: string, credentials: Credentials) {
    super(`credentials for the userlist '${userlist}' were not verified`)
    this.userlist = userlist
    this.authorization = authorization
    this.credentials = credentials
  }
}

export interface Users {
  /**
   * The groups of the user that the request's credentials prove; undefined when they prove none. Throws UnverifiedError
   * when they are not verified yet.
   */
  groupsOf(userlist: string, transaction: Transaction): readonly string[] | undefined
  /** Afterwards `groupsOf` knows. False: the client has guessed wrong too often, and is refused. */
  verify(asked: UnverifiedError, transaction: Transaction, now: () => number): Promise<boolean>
  /** The same for several lists, for callers that cannot await. */
  verifyAll(userlists: readonly string[], transaction: Transaction, now: () => number): Promise<boolean>
}

/** The limit of crypt(3), and of HAProxy. */
const MAX_PASSWORD_BYTES = 512
/** Of the Authorization header; a longer one is not decoded. */
const MAX_CHARACTERS = 2_054
/** How many right credentials are remembered, and how many wrong ones. */
const KNOWN_CREDENTIALS = 1_000
/** How many clients may have a guess in progress. */
const MAX_GUESSING = 1_000
/** A guess whose request ended never finishes; after this time the next one starts. */
const GUESS_LOST_MS = 2_000
/** How often, and how long, a request waits for another guess of the same client. */
const LOOK_MS = 10
const MAX_WAIT_MS = 5_000

export function createUsers(userlists: readonly Userlist[], throttle: Throttle): Users {
  const lists = new Map(userlists.map(({ name, users }) => [name, users]))
  const keyed = createKeyedHash()
  // Apart, so that a flood of wrong guesses does not displace the right ones.
  const right = createMemo<readonly string[]>(KNOWN_CREDENTIALS)
  const wrong = createMemo<true>(KNOWN_CREDENTIALS)
  /** When a client's guess in progress began, in Unix milliseconds. */
  const guessing = new Map<string, number>()
  const verified = new WeakMap<Transaction, Map<string, readonly string[] | undefined>>()

  const users: Users = {
    groupsOf(userlist, transaction) {
      const authorization = transaction.forOrigin.headers.get('authorization')
      if (authorization === null) return undefined
      const id = idOf(userlist, authorization)
      const known = verified.get(transaction)
      if (known?.has(id)) return known.get(id)
      const credentials = credentialsOf(authorization)
      if (!credentials) return undefined
      throw new UnverifiedError(userlist, authorization, credentials)
    },

    async verify(asked, transaction, now) {
      const id = idOf(asked.userlist, asked.authorization)
      const groups = await judge(id, asked, transaction.asked.clientAddress, now)
      if (groups === 'refused') return false
      const known = verified.get(transaction) ?? new Map<string, readonly string[] | undefined>()
      verified.set(transaction, known.set(id, groups))
      return true
    },

    async verifyAll(names, transaction, now) {
      for (const name of names) {
        try {
          users.groupsOf(name, transaction)
        } catch (error) {
          if (!(error instanceof UnverifiedError)) throw error
          if (!(await users.verify(error, transaction, now))) return false
        }
      }
      return true
    },
  }
  return users

  async function judge(
    id: string,
    { userlist, credentials }: UnverifiedError,
    clientAddress: string,
    now: () => number,
  ): Promise<readonly string[] | undefined | 'refused'> {
    const key = await keyed.hash(id)
    const client = sourceNetwork(clientAddress)
    for (const startedMs = now(); ;) {
      const groups = right.get(key)
      if (groups || wrong.get(key)) return groups
      if (throttle.isBlocked(clientAddress)) return 'refused'
      const sinceMs = guessing.get(client)
      if (sinceMs === undefined || now() - sinceMs >= GUESS_LOST_MS) break
      if (now() - startedMs >= MAX_WAIT_MS) return 'refused'
      // With its own timer: another request's promise may never settle.
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
    }
    const [oldest] = guessing.keys()
    if (guessing.size >= MAX_GUESSING && oldest !== undefined) guessing.delete(oldest)
    guessing.set(client, now())
    try {
      const groups = await prove(userlist, credentials)
      if (groups) right.set(key, groups)
      else {
        wrong.set(key, true)
        throttle.fail(clientAddress)
      }
      return groups
    } finally {
      guessing.delete(client)
    }
  }

  async function prove(userlist: string, { name, password }: Credentials): Promise<readonly string[] | undefined> {
    const known = lists.get(userlist) ?? []
    const user = known.find((each) => each.name === name)
    // An unknown name takes as long as a known one.
    const hashed = user?.isHashed ? user.password : known.find(({ isHashed }) => isHashed)?.password
    const hash = hashed === undefined ? undefined : await shaCrypt(password, hashed)
    const offered = user?.isHashed ? hash : password
    const isSame = await keyed.isSame(offered ?? '', user?.password ?? '')
    return user && offered !== undefined && isSame ? user.groups : undefined
  }
}

/** The userlists that samples somewhere in a part of the configuration ask. */
export function userlistsIn(part: unknown): readonly string[] {
  if (typeof part !== 'object' || part === null) return []
  const { fetch, arguments: given } = part as { readonly fetch?: unknown; readonly arguments?: readonly string[] }
  const own = (fetch === 'http_auth' || fetch === 'http_auth_group') && given ? given : []
  const inside = part instanceof Map || part instanceof Set ? [...part] : Object.values(part)
  return [...new Set([...own, ...inside.flatMap(userlistsIn)])]
}

function idOf(userlist: string, authorization: string): string {
  return `${userlist}\0${authorization}`
}

/** Undefined: no usable credentials. */
function credentialsOf(authorization: string): Credentials | undefined {
  const credentials = authorization.length > MAX_CHARACTERS ? undefined : parseBasic(authorization)
  if (!credentials) return undefined
  return new TextEncoder().encode(credentials.password).length > MAX_PASSWORD_BYTES ? undefined : credentials
}
