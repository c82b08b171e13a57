// Lists of users, and who proves to be one of them by HTTP Basic. HAProxy: configuration manual 3.4 "userlist".

import type { Userlist } from '../config/config.ts'
import { createMemo } from '../persistence/memo.ts'
import { shaCrypt } from './sha-crypt.ts'

/** The groups of the user that these credentials prove; undefined when they prove none. */
export type GroupsOf = (userlist: string, authorization: string | null) => readonly string[] | undefined

/** Hashing a password takes tens of milliseconds: what was found right or wrong is known again. */
const KNOWN_CREDENTIALS = 1000

export function createUsers(userlists: readonly Userlist[]): GroupsOf {
  const lists = new Map(userlists.map(({ name, users }) => [name, new Map(users.map((user) => [user.name, user]))]))
  const known = createMemo<{ readonly groups: readonly string[] | undefined }>(KNOWN_CREDENTIALS)
  return (list, authorization) => {
    if (authorization === null) return undefined
    const id = `${list} ${authorization}`
    let found = known.get(id)
    if (!found) known.set(id, (found = { groups: verified(list, authorization) }))
    return found.groups
  }

  function verified(list: string, authorization: string): readonly string[] | undefined {
    const [, name = '', password = ''] = /^([^:]*):([\s\S]*)$/.exec(basicOf(authorization)) ?? []
    const user = lists.get(list)?.get(name)
    if (!user) return undefined
    const offered = user.isHashed ? shaCrypt(password, user.password) : password
    return offered !== undefined && isSame(offered, user.password) ? user.groups : undefined
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
