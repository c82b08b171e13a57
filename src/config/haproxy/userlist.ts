// `userlist` sections (configuration manual 3.4): users, their passwords and groups. The words are the rows of
// options/users.ts.

import { userOptions } from '../options/users.ts'
import type { UserInput } from '../options/users.ts'
import { passwordHashProblem } from '../sha-crypt-form.ts'
import { list } from '../units.ts'
import { differs, TRANSLATED, unsupported, worst } from './line-status.ts'
import type { Outcome } from './line-status.ts'
import { lineKind, readLine, valuesFor } from './read-line.ts'

export interface UserlistDraft {
  readonly name: string
  readonly users: UserInput[]
}

const USER = lineKind('user', userOptions)

/** `user NAME password HASH groups A,B` or `group NAME users A,B`. */
export function applyUserlistLine([keyword, name = '', ...options]: readonly string[], draft: UserlistDraft): Outcome {
  if (keyword === 'group') return applyGroup(name, options, draft)
  if (keyword !== 'user') return unsupported(`${keyword} is not known here`)
  const { values, outcomes } = readLine(USER, options)
  if (outcomes.length > 0) return worst(outcomes)
  const groups = list(values.groups).flatMap((each) => each.split(','))
  const user: UserInput = { name, ...valuesFor(userOptions, values), ...(groups.length > 0 ? { groups } : {}) }
  const problem = user.password === undefined ? undefined : passwordHashProblem(user.password)
  if (problem !== undefined) return unsupported(problem)
  draft.users.push(user)
  return user.password === undefined
    ? TRANSLATED
    : differs(
        'each isolate takes some 20 ms of CPU to verify a hashed password once; wrong guesses are throttled (429)',
      )
}

function applyGroup(name: string, options: readonly string[], draft: UserlistDraft): Outcome {
  if (options[0] !== undefined && options[0] !== 'users') return unsupported(`'${options[0]}' is not known`)
  for (const member of (options[1] ?? '').split(',').filter((each) => each !== '')) {
    const user = draft.users.find((each) => each.name === member)
    if (!user) return unsupported(`there is no user '${member}' before this line`)
    user.groups = [...list(user.groups), name]
  }
  return TRANSLATED
}
