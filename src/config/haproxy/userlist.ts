// `userlist` sections (configuration manual 3.4): users, their passwords and groups.

import { passwordHashProblem } from '../sha-crypt-form.ts'
import type { UserInput } from '../options/users.ts'
import { differs, TRANSLATED, unsupported } from './line-status.ts'
import type { Outcome } from './line-status.ts'

export interface UserlistDraft {
  readonly name: string
  readonly users: UserInput[]
}

/** `user NAME password HASH groups A,B` or `group NAME users A,B`. */
export function applyUserlistLine([keyword, name = '', ...options]: readonly string[], list: UserlistDraft): Outcome {
  if (keyword === 'group') return applyGroup(name, options, list)
  if (keyword !== 'user') return unsupported(`${keyword} is not known here`)
  const user: UserInput = { name }
  for (let i = 0; i < options.length; i += 2) {
    const value = options[i + 1] ?? ''
    if (options[i] === 'password') user.password = value
    else if (options[i] === 'insecure-password') user.insecurePassword = value
    else if (options[i] === 'groups') user.groups = [...groupsOf(user), ...value.split(',')]
    else return unsupported(`'${options[i]}' is not known`)
  }
  const problem = user.password === undefined ? undefined : passwordHashProblem(user.password)
  if (problem !== undefined) return unsupported(problem)
  list.users.push(user)
  return user.password === undefined
    ? TRANSLATED
    : differs(
        'each isolate takes some 20 ms of CPU to verify a hashed password once; wrong guesses are throttled (429)',
      )
}

function applyGroup(name: string, options: readonly string[], list: UserlistDraft): Outcome {
  if (options[0] !== undefined && options[0] !== 'users') return unsupported(`'${options[0]}' is not known`)
  for (const member of (options[1] ?? '').split(',').filter((each) => each !== '')) {
    const user = list.users.find((each) => each.name === member)
    if (!user) return unsupported(`there is no user '${member}' before this line`)
    user.groups = [...groupsOf(user), name]
  }
  return TRANSLATED
}

function groupsOf({ groups = [] }: UserInput): readonly string[] {
  return typeof groups === 'string' ? [groups] : groups
}
