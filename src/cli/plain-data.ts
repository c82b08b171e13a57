// What a configuration's module came to, as plain data: every getter is asked once, and what no configuration can hold (a circle,
// data without end) is told by its place instead of ending in a full stack.

import { pathText } from '../config/issue.ts'
import type { ConfigIssue } from '../config/issue.ts'
import { messageOf } from '../errors.ts'

const MAX_DEPTH = 100
const MAX_VALUES = 1_000_000

export interface PlainData {
  readonly data: unknown
  readonly issues: readonly ConfigIssue[]
}

interface Task {
  readonly from: object
  readonly to: Record<PropertyKey, unknown>
  readonly keys: readonly PropertyKey[]
  readonly within: readonly object[]
}

/** Without what an issue is about. */
export function plainData(value: unknown): PlainData {
  const holder: Record<PropertyKey, unknown> = {}
  const issues: ConfigIssue[] = []
  const tasks: Task[] = []
  let values = 0
  const fail = (code: ConfigIssue['code'], keys: readonly PropertyKey[], message: string) =>
    issues.push({ level: 'error', code, keys, path: pathText(keys), message })
  const copy = (
    inner: unknown,
    to: Record<PropertyKey, unknown>,
    key: PropertyKey,
    task: Pick<Task, 'keys' | 'within'>,
  ) => {
    if (!isStructure(inner)) to[key] = inner
    else if (task.within.includes(inner))
      fail('circular-value', task.keys, 'contains itself; a configuration is a tree')
    else if (task.keys.length > MAX_DEPTH)
      fail('too-deep', task.keys.slice(0, 4), `is nested more than ${MAX_DEPTH} levels deep`)
    else {
      const made = (Array.isArray(inner) ? [] : {}) as Record<PropertyKey, unknown>
      to[key] = made
      tasks.push({ from: inner, to: made, keys: task.keys, within: [...task.within, inner] })
    }
  }
  copy(value, holder, 'value', { keys: [], within: [] })
  for (let task = tasks.pop(); task && issues.length === 0; task = tasks.pop()) {
    const { from, to, keys, within } = task
    let names: readonly string[]
    try {
      names = Object.keys(from)
    } catch (error) {
      fail('failed-to-evaluate', keys, `cannot be listed: ${messageOf(error)}`)
      continue
    }
    values += names.length
    if (values > MAX_VALUES) fail('too-deep', keys, `has more than ${MAX_VALUES} values`)
    for (const name of names) {
      const key = Array.isArray(from) ? Number(name) : name
      const at = [...keys, key]
      try {
        copy((from as Record<PropertyKey, unknown>)[key], to, key, { keys: at, within })
      } catch (error) {
        fail('failed-to-evaluate', at, `its getter failed: ${messageOf(error)}`)
      }
    }
    // A hole stays one.
    if (Array.isArray(from)) (to as unknown as unknown[]).length = from.length
  }
  return { data: holder['value'], issues }
}

/** Dates, maps and the like are values that the schema refuses as a whole. */
function isStructure(value: unknown): value is object {
  if (Array.isArray(value)) return true
  if (typeof value !== 'object' || value === null) return false
  return (
    Object.prototype.toString.call(value) === '[object Object]' &&
    typeof (value as { then?: unknown }).then !== 'function'
  )
}
