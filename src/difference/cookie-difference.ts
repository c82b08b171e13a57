// Why a backend cannot read the cookies that it wrote under the other configuration, and what to write so that it can. Only asked once
// that is known: the codecs have tried.

import type { Backend } from '../config/config.ts'

export function foreignBecause(before: Backend, after: Backend, isGuess: boolean): string {
  const [was, is] = [before.cookie!, after.cookie]
  if (!is) return 'the backend has no cookie any more'
  const why: string[] = []
  if (is.name !== was.name && !is.formerly.includes(was.name))
    why.push(`its name is ${is.name} now: write formerly: ['${was.name}'] in the cookie`)
  if (!is.accept.includes(was.format))
    why.push(`its format was '${was.format}' and is '${is.format}': write accept: ['${was.format}']`)
  if (is.mode !== was.mode) why.push(`its mode was '${was.mode}' and is '${is.mode}'`)
  if (was.format === 'sealed' && isGuess)
    why.push(`it is sealed for backend '${before.name}': write formerly: ['${before.name}'] in the backend`)
  if (after.persistRules.some((rule) => rule.if === null && rule.do === 'ignore'))
    why.push("a rule with do: 'ignore' ignores it")
  if (after.useServer.some((rule) => rule.if === null)) why.push('useServer decides before it')
  return why.length > 0 ? why.join('; ') : 'no server has a value that it may have'
}
