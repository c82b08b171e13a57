// What a single field may hold, whatever object it stands in: names, durations, numbers, lists, each with the words that
// say what is allowed. The rows in options/ put them together.

import * as v from 'valibot'
// For schemas that add issues of their own, as this one does.
import { _addIssue as addIssue } from 'valibot'

import { durationText, parseDurationMs } from './duration.ts'
import type { Duration } from './duration.ts'
import { didYouMean } from './nearest.ts'

/** An object without other keys than these: each unknown one is an issue of its own, with the nearest known one. */
export function strict<const E extends v.ObjectEntries>(entries: E): v.StrictObjectSchema<E, undefined> {
  const known = Object.keys(entries)
  const schema: v.ObjectSchema<v.ObjectEntries, v.ErrorMessage<v.ObjectIssue>> = v.object(
    entries,
    ({ input, expected }) => (input === undefined || expected?.startsWith('"') ? 'required' : 'must be an object'),
  )
  const messageOf = (key: string) =>
    Object.hasOwn(entries, key) ? undefined : `unknown key; ${didYouMean(key, known)}`
  return withKeys(schema, messageOf) as unknown as v.StrictObjectSchema<E, undefined>
}

/** An object of any keys of one kind. `message`: what is allowed. */
export function record<K extends v.GenericSchema<string>, V extends v.GenericSchema>(
  key: K,
  value: V,
  message: string,
): v.RecordSchema<K, V, string> {
  const isDropped = (name: string) => ['__proto__', 'prototype', 'constructor'].includes(name)
  const messageFor = (name: string) => (isDropped(name) ? 'unknown name: this one cannot be used' : undefined)
  return withKeys(v.record(key, value, message), messageFor)
}

/**
 * Adds an issue for each key that `messageOf` has a message for, and refuses lists. valibot takes a list for an object, drops keys such
 * as `__proto__`, and its own strict object stops at the first unknown key.
 */
function withKeys<S extends v.GenericSchema>(schema: S, messageOf: (key: string) => string | undefined): S {
  const run = schema['~run']
  return {
    ...schema,
    '~run'(dataset: v.UnknownDataset, config: v.Config<v.BaseIssue<unknown>>) {
      const input: unknown = dataset.value
      const context = schema as unknown as v.ObjectSchema<v.ObjectEntries, v.ErrorMessage<v.ObjectIssue>>
      if (Array.isArray(input)) addIssue(context, 'type', dataset, config)
      if (typeof input !== 'object' || input === null) return run.call(schema, dataset, config)
      if (Array.isArray(input)) return dataset
      const result = run.call(schema, dataset, config)
      for (const [key, value] of Object.entries(input)) {
        const message = messageOf(key)
        if (message === undefined) continue
        addIssue(context, 'key', result, config, {
          message,
          expected: 'never',
          input: value,
          path: [{ type: 'object', origin: 'key', input: input as Record<string, unknown>, key, value }],
        })
      }
      return result
    },
  }
}

const DURATION_TEXT = "a duration such as '500ms', '2s', '30m', '8h', or a number of milliseconds"

/** `limitsMs`: for whoever writes down what is allowed. */
export function duration(
  minMs: number,
  maxMs = 2_147_483_647,
): v.GenericSchema<Duration> & { readonly limitsMs: readonly [number, number] } {
  const between = `at least ${durationText(minMs)} and at most ${durationText(maxMs)}`
  const shape = v.pipe(
    v.union([v.string(), v.number()], `must be ${DURATION_TEXT}`),
    v.check(
      (value) => {
        const ms = parseDurationMs(value)
        return ms !== undefined && ms >= minMs && ms <= maxMs
      },
      ({ input }) => {
        if (typeof input === 'string' && /^\d+$/.test(input)) {
          return `needs a unit; did you mean '${input}s' or '${input}ms'?`
        }
        return parseDurationMs(input) === undefined ? `must be ${DURATION_TEXT}, ${between}` : `must be ${between}`
      },
    ),
  ) as v.GenericSchema<Duration>
  return { ...shape, limitsMs: [minMs, maxMs] }
}

/** A list, which may be readonly. */
export function listOf<S extends v.GenericSchema>(item: S, message: string) {
  return v.array(item, message) as v.GenericSchema as v.GenericSchema<readonly v.InferInput<S>[]>
}

/** One, or a list of them. */
export function oneOrMore<S extends v.GenericSchema>(item: S, message: string) {
  return v.union([item, listOf(item, message)], message)
}

export function integer(min: number, max: number, text = `must be a whole number from ${min} to ${max}`) {
  const shape = v.pipe(v.number(text), v.integer(text), v.minValue(min, text), v.maxValue(max, text))
  // 1.5 of 2 to 9 is told once.
  return v.config(shape, { abortPipeEarly: true })
}

export function oneOf<const T extends readonly string[]>(allowed: T) {
  return v.picklist(allowed, `must be one of: ${allowed.join(', ')}`)
}

export const bool = v.boolean('must be true or false')

// RFC 6265 section 4.1.1: a cookie's name is a token (RFC 9110 section 5.6.2).
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
// RFC 6265: cookie-octet, the bytes a value may have without breaking the header.
export const COOKIE_VALUE = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+$/
// eslint-disable-next-line no-control-regex -- control characters are what must be found
export const ATTRIBUTE = /^[^\x00-\x1f\x7f;,]+$/

// eslint-disable-next-line no-control-regex -- control characters are what must be found
export const ONE_LINE = /^[^\x00-\x08\x0a-\x1f\x7f]*$/

export const name = v.pipe(
  v.string('must be a name'),
  v.regex(/^[A-Za-z0-9._:-]{1,64}$/, "may have letters, digits, '.', '_', ':' and '-', at most 64 of them"),
)
export const names = oneOrMore(name, 'must be a name or a list of names')
export const token = v.pipe(
  v.string('must be a string'),
  v.regex(TOKEN, "would break a header: letters, digits and !#$%&'*+-.^_`|~ are allowed"),
)
/** `schemes`: which may stand before the colon. */
export function urlOf(schemes: readonly string[], example = '') {
  const message = `must be a URL of ${schemes.join(' or ')}${example === '' ? '' : `, such as '${example}'`}`
  return v.pipe(
    v.string('must be a URL'),
    v.check((value) => URL.canParse(value) && schemes.includes(new URL(value).protocol.slice(0, -1)), message),
  )
}

export const text = v.pipe(v.string('must be a string'), v.nonEmpty('must not be empty'))
export const textList = oneOrMore(text, 'must be a string or a list of strings')
export const networks = oneOrMore(text, "must be a network such as '10.0.0.0/8', or a list of them")

export const statusRange = v.pipe(
  v.union([v.number(), v.string()]),
  v.check(
    (value) => parseStatusRanges(value) !== undefined,
    "must be a status or ranges of them, such as 200, '200-399' or '200,204,301-302'",
  ),
)

/** `'200,300-310'` as inclusive ranges; undefined when it is malformed. */
export function parseStatusRanges(value: string | number): (readonly [number, number])[] | undefined {
  const ranges: (readonly [number, number])[] = []
  for (const part of String(value).split(',')) {
    const match = /^\s*(\d{3})(?:-(\d{3}))?\s*$/.exec(part)
    if (!match) return undefined
    const low = Number(match[1])
    const high = Number(match[2] ?? match[1])
    if (low < 100 || high > 599 || low > high) return undefined
    ranges.push([low, high])
  }
  return ranges
}
