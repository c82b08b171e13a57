// Shape errors must not hide the cross-checks behind them: what is malformed is taken out of a copy, so that the rest can
// still be checked in the same run. What was taken out stands in by a value that every message about it can be told by.

import * as v from 'valibot'

import { formatIssue } from './issue.ts'
import type { ConfigIssue } from './issue.ts'
import type { IssueCode } from './issue-codes.ts'
import { limpetSchema } from './options/root.ts'
import type { LimpetConfig } from './options/root.ts'

/** In no name or URL that an operator would write (RFC 2606). */
const STAND_IN = 'limpet-stand-in.invalid'

type Keys = readonly PropertyKey[]

/** `input` without what these issues are about. Where a part cannot do without it, the part goes, too. */
export function salvaged(input: unknown, issues: readonly ConfigIssue[]): LimpetConfig {
  const copy = copyOf(input)
  let paths: readonly Keys[] = issues.map(({ keys }) => keys)
  for (let out = 0; out < 9; out++) {
    paths.forEach((keys, i) => takeOut(copy, keys.slice(0, keys.length - out), i))
    const parsed = v.safeParse(limpetSchema, copy)
    if (parsed.success) return parsed.output as LimpetConfig
    paths = parsed.issues.map(({ path = [] }) => path.map(({ key }) => key as PropertyKey))
  }
  return { backends: [] }
}

function takeOut(copy: unknown, path: Keys, i: number): void {
  // An entry of a list takes the list with it: others' positions in paths stay what they are.
  const keys = path.slice(0, path.findLastIndex((key) => typeof key === 'string') + 1)
  const parent = keys.slice(0, -1).reduce<unknown>((value, key) => value?.[key as keyof typeof value], copy)
  if (typeof parent !== 'object' || parent === null || keys.length === 0) return
  const fields = parent as Record<PropertyKey, unknown>
  const key = keys.at(-1)!
  if (key === 'url') fields[key] = `https://${i}.${STAND_IN}`
  else if (key === 'name') fields[key] = `${i}.${STAND_IN}`
  else if (key === 'servers' || key === 'backends') fields[key] = []
  else delete fields[key]
}

/** What is missed because it was taken out: by the key under which it stood; an empty one: in the same object, or around it. */
const MISSED: Partial<Record<IssueCode, string>> = {
  'option-needs-option': '',
  'one-of-options': '',
  'first-without-maxconn': 'maxconn',
  'frontend-leads-nowhere': '',
  'answers-503': '',
  'no-frontend': 'frontends',
  'unknown-table': 'stickTable',
  'unknown-map': 'maps',
  'unknown-list': 'lists',
  'unknown-userlist': 'userlists',
  'unused-backend': 'frontends',
  'servers-off': 'servers',
}

/** True for an issue that is there only because of what shapes' errors took out. */
export function isCausedBy(issue: ConfigIssue, shapes: readonly ConfigIssue[]): boolean {
  if (formatIssue(issue).includes(STAND_IN)) return true
  const missed = MISSED[issue.code]
  return shapes.some(({ code, keys }) => {
    if (code === 'unknown-option') return keys.length === issue.keys.length + 1 && isWithin(keys, issue.keys)
    if (isWithin(keys, issue.keys) || isWithin(issue.keys, keys)) return true
    return missed === '' ? isWithin(issue.keys, keys.slice(0, -1)) : missed !== undefined && keys.includes(missed)
  })
}

function isWithin(keys: Keys, outer: Keys): boolean {
  return outer.every((key, i) => keys[i] === key)
}

export function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copyOf(inner)]))
}
