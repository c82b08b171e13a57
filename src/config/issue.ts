// An issue in a configuration: where it is, what stands there, what to do; and how it reads on a terminal.

import type { IssueCode, Level } from './issue-codes.ts'

/** Where the configuration shall run: some things work in one place only. `either`: they are let pass. */
export type Target = 'serve' | 'cloudflare' | 'either'

export interface ConfigIssue {
  readonly level: Level
  /** Which kind of issue it is: docs/errors.md has them all. Codes do not change. */
  readonly code: IssueCode
  /** Where: keys and places in lists, from the top. */
  readonly keys: readonly PropertyKey[]
  /** The same as text, such as `backends[0].cookie.maxlife`. */
  readonly path: string
  /** What is wrong, and what is allowed or to be done instead. */
  readonly message: string
  /** What stands there now, as JSON, at most 80 characters. */
  readonly found?: string
}

/**
 * `error: app.retries: must be a whole number from 0 to 20 (found "three")`
 * @param written - What the issue is of: its names stand in the path. Without it: places in lists.
 */
export function formatIssue(issue: ConfigIssue, written?: unknown): string {
  return `${issue.level}: ${namedPath(issue.keys, written) || 'configuration'}: ${sentenceOf(issue)}`
}

export function sentenceOf({ message, found }: ConfigIssue): string {
  return found === undefined ? message : `${message} (found ${found})`
}

export function pathText(keys: readonly PropertyKey[]): string {
  return keys.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`
    return text === '' ? String(key) : `${text}.${String(key)}`
  }, '')
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

/** As JSON, and what JSON does not have as JavaScript writes it. */
export function foundText(value: unknown): string {
  const text = shownText(value)
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}

function shownText(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'number') return String(value)
  if (typeof value === 'bigint') return `${value}n`
  try {
    return JSON.stringify(value) ?? 'nothing'
  } catch {
    return 'an object'
  }
}
