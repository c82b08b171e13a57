// Lists of users, and who proves to be one of them by HTTP Basic. HAProxy: configuration manual 3.4 "userlist".

import type { Userlist } from '../config/config.ts'
import { createMemo } from '../persistence/memo.ts'
import { shaCrypt } from './sha-crypt.ts'

export interface Users {
  /** To be awaited before they are asked for, if it is a promise: hashing a password takes tens of milliseconds. */
  verify(headers: Headers): Promise<void> | undefined
  /** The groups of the user that verified credentials prove; undefined when they prove none. */
  groupsOf(userlist: string, authorization: string | null): readonly string[] | undefined
}

/** What was found right or wrong is known again. */
const KNOWN_CREDENTIALS = 1000

export function createUsers(userlists: readonly Userlist[]): Users {
  /** By list, what credentials prove. */
  const known = createMemo<ReadonlyMap<string, readonly string[]>>(KNOWN_CREDENTIALS)
  return {
    verify(headers) {
      const authorization = userlists.length === 0 ? null : headers.get('authorization')
      if (authorization === null || known.get(authorization)) return undefined
      return proven(authorization).then((groups) => known.set(authorization, groups))
    },
    groupsOf: (list, authorization) => (authorization === null ? undefined : known.get(authorization)?.get(list)),
  }

  async function proven(authorization: string): Promise<ReadonlyMap<string, readonly string[]>> {
    const [, name = '', password = ''] = /^([^:]*):([\s\S]*)$/.exec(basicOf(authorization)) ?? []
    const groups = new Map<string, readonly string[]>()
    for (const { name: list, users } of userlists) {
      const user = users.find((each) => each.name === name)
      if (!user) continue
      const offered = user.isHashed ? await shaCrypt(password, user.password) : password
      if (offered !== undefined && isSame(offered, user.password)) groups.set(list, user.groups)
    }
    return groups
  }
}

/** RFC 7617: `name:password` in base64, of which each byte is a character of UTF-8. */
function basicOf(authorization: string): string {
  const encoded = /^basic +(\S+)$/i.exec(authorization)?.[1] ?? ''
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0)))
  } catch {
    return ''
  }
}

/** In a time that does not tell how much was right. */
function isSame(a: string, b: string): boolean {
  let difference = a.length ^ b.length
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i % Math.max(1, b.length))
  return difference === 0
}
