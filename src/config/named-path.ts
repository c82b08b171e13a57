// Where an issue is, by the names that the operator gave. Only the command needs it: it has what was written at hand, and a Worker's
// log has no room for the code.

import { issueText, pathText } from './issue.ts'
import type { ConfigIssue } from './issue.ts'

/** `error: app.retries: must be ...`. `written`: the configuration that it is an issue of. */
export function formatNamedIssue(issue: ConfigIssue, written: unknown): string {
  return issueText(issue, namedPath(issue.keys, written))
}

const KINDS: Readonly<Record<string, string>> = { frontends: 'frontend ', backends: '', userlists: 'userlist ' }

/** `app.cookie.name`, `app/s1.url`, `frontend www.bind`: by names, as far as they are there and tell one from another. */
export function namedPath(keys: readonly PropertyKey[], written: unknown): string {
  const [list = '', i, inner, j] = keys
  const kind = Object.hasOwn(KINDS, list) ? KINDS[String(list)]! : undefined
  const name = kind === undefined ? undefined : nameAt(written, list, i)
  if (name === undefined) return pathText(keys)
  const own = `${kind === '' && keys.length === 2 ? 'backend ' : kind}${name}`
  const isListed = inner === 'servers' || inner === 'users'
  const member = isListed ? nameAt(at(at(written, list), i!), inner, j) : undefined
  return member === undefined ? pathText([own, ...keys.slice(2)]) : pathText([`${own}/${member}`, ...keys.slice(4)])
}

/** Undefined: it has none, or another has the same. */
function nameAt(parent: unknown, list: PropertyKey, i: PropertyKey | undefined): string | undefined {
  const all = at(parent, list)
  if (!Array.isArray(all) || typeof i !== 'number') return undefined
  const names = all.map((each) => at(each, 'name'))
  const name = names[i]
  const isUsable = typeof name === 'string' && /^[\w.:-]{1,64}$/.test(name)
  return isUsable && names.indexOf(name) === names.lastIndexOf(name) ? name : undefined
}

function at(value: unknown, key: PropertyKey): unknown {
  return (value as Record<PropertyKey, unknown> | null | undefined)?.[key]
}
