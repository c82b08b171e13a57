// Users that rules ask for a password (`auth`, `http_auth(LIST)`). HAProxy: configuration manual 3.4 "userlists".

import * as v from 'valibot'

import { listOf, name, text, textList } from '../fields.ts'
import { objectOf, option, required } from '../option.ts'
import type { Written } from '../option.ts'
import { isShaCrypt, passwordHashProblem } from '../sha-crypt-form.ts'
import { list } from '../units.ts'

export const userOptions = {
  /**
   * The name that the user signs in with.
   * @example name: 'ann'
   */
  name: required(v.pipe(text, v.regex(/^[^:]*$/, "must not have a ':'"))),
  /**
   * The password as crypt(3) hashes it with SHA-256 (`$5$`) or SHA-512 (`$6$`); `mkpasswd -m sha-512` prints one.
   * @example password: '$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc8'
   */
  password: option(
    v.pipe(
      v.string('must be a string'),
      v.check(isShaCrypt, ({ input }) => passwordHashProblem(input)!),
    ),
    { default: null, word: 'password' },
  ),
  /**
   * The password in plain text, readable by everyone who can read the configuration.
   * @example insecurePassword: 'secret'
   */
  insecurePassword: option(text, { default: null, word: 'insecure-password' }),
  /**
   * The groups that the user belongs to, for `http_auth_group`.
   * @example groups: 'ops'
   */
  groups: option(textList, { default: [], word: 'groups' }),
}

export const userlistOptions = {
  /**
   * The name that `http_auth` and `http_auth_group` know the list by.
   * @example name: 'staff'
   */
  name: required(name),
  /**
   * The users of this list.
   * @example users: [{ name: 'ann', insecurePassword: 'secret', groups: 'ops' }]
   */
  users: required(listOf(objectOf(userOptions), 'must be a list of users')),
}

export type UserInput = Written<typeof userOptions>

export interface Userlist {
  readonly name: string
  readonly users: readonly User[]
}

export interface User {
  readonly name: string
  readonly password: string
  /** The password as crypt(3) hashes it with SHA-256 or SHA-512; false: the password itself. */
  readonly isHashed: boolean
  readonly groups: readonly string[]
}

export function resolveUserlist({ name: own, users }: Written<typeof userlistOptions>): Userlist {
  return { name: own, users: users.map(resolveUser) }
}

function resolveUser({ name: own, password, insecurePassword = '', groups }: UserInput): User {
  return { name: own, password: password ?? insecurePassword, isHashed: password !== undefined, groups: list(groups) }
}
