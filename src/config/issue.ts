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

/** `error: backends[0].retries: must be a whole number from 0 to 20 (found "three")` */
export function formatIssue(issue: ConfigIssue): string {
  return issueText(issue, issue.path)
}

/** `path`: how the place is called. */
export function issueText({ level, message, found }: ConfigIssue, path: string): string {
  return `${level}: ${path || 'configuration'}: ${message}${found === undefined ? '' : ` (found ${found})`}`
}

export function pathText(keys: readonly PropertyKey[]): string {
  return keys.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`
    return text === '' ? String(key) : `${text}.${String(key)}`
  }, '')
}

/** `found` of an issue; nothing for what may hold a password, since many read the log of a deploy. */
export function foundAt(keys: readonly PropertyKey[], value: unknown): { readonly found?: string } {
  const [list, key] = [keys.at(-2), String(keys.at(-1))]
  const isSecret = /password$|^webhook$|^smtp$/i.test(key) || list === 'smtp' || list === 'users' || list === 'accounts'
  const text = foundText(value)
  return isSecret || /:\/\/[^/\s"]*@/.test(text) ? {} : { found: text }
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
