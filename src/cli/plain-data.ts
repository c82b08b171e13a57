// What a configuration's module came to, as plain data: every getter is asked once, and what no configuration can hold (a circle,
// data without end, an object that inherits) is told by its place. What is inherited would be obeyed by a Worker that validates,
// and missing in one that was built.

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
    const unlike = unlikePlain(inner)
    if (!isStructure(inner)) put(to, key, inner)
    else if (unlike !== undefined) fail('invalid-value', task.keys, unlike)
    else if (task.within.includes(inner))
      fail('circular-value', task.keys, 'contains itself; a configuration is a tree')
    else if (task.keys.length > MAX_DEPTH)
      fail('too-deep', task.keys.slice(0, 4), `is nested more than ${MAX_DEPTH} levels deep`)
    else {
      const made = (Array.isArray(inner) ? [] : {}) as Record<PropertyKey, unknown>
      put(to, key, made)
      tasks.push({ from: inner, to: made, keys: task.keys, within: [...task.within, inner] })
    }
  }
  try {
    copy(value, holder, 'value', { keys: [], within: [] })
  } catch (error) {
    fail('failed-to-evaluate', [], `cannot be read: ${messageOf(error)}`)
  }
  for (let task = tasks.pop(); task && issues.length === 0; task = tasks.pop()) {
    const { from, to, keys, within } = task
    let names: readonly string[]
    try {
      // A Worker that validates reads what is not enumerable, too.
      names = Array.isArray(from) ? Object.keys(from) : Object.getOwnPropertyNames(from)
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

/** Assigning `__proto__` would make it the prototype. */
function put(to: object, key: PropertyKey, value: unknown): void {
  Object.defineProperty(to, key, { value, writable: true, enumerable: true, configurable: true })
}

function isStructure(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** Undefined: it is plain. */
function unlikePlain(value: unknown): string | undefined {
  if (!isStructure(value) || Array.isArray(value)) return undefined
  const prototype: object | null = Object.getPrototypeOf(value)
  if (prototype === null || prototype === Object.prototype) return undefined
  const { constructor } = value
  if (typeof constructor !== 'function' || constructor === Object)
    return 'inherits from another object; copy what it inherits with `...`'
  const what = constructor.name === '' ? 'a class without a name' : constructor.name
  return `is an instance of ${what}; write plain data in its place: an object, a list, a text, a number`
}
