// One request of a health check, and what the answer must be. HAProxy: configuration manual 4.2 "option httpchk",
// "http-check send", "http-check expect".

import * as v from 'valibot'

import { bytesOf } from '../../pattern/bytes.ts'
import { patternProblem } from '../../pattern/compile.ts'
import {
  bool,
  ONE_LINE,
  oneOf,
  oneOrMore,
  parseStatusRanges,
  record,
  statusRange,
  strict,
  text,
  token,
} from '../fields.ts'
import { option, valuesOf } from '../option.ts'
import type { Profile, Values, Written } from '../option.ts'
import { pattern } from '../pattern-field.ts'

const HEADER_MATCHES = ['str', 'beg', 'end', 'sub', 'reg'] as const
export type HeaderMatch = (typeof HEADER_MATCHES)[number]

const oneLine = v.pipe(v.string('must be a string'), v.regex(ONE_LINE, 'must be one line'))
const expression = v.pipe(text, pattern())
/** Turns the expectation around: the answer must not be so. */
const not = v.optional(bool)

const headerFields = strict({
  /**
   * Name of the header that must be there.
   * @example name: 'x-ready'
   */
  name: text,
  /** How `name` is compared: equal, beginning, end, part or regular expression. */
  nameMatch: v.optional(oneOf(HEADER_MATCHES)),
  /**
   * Value that the header must have; any, when it is not written.
   * @example value: 'yes'
   */
  value: v.optional(v.string('must be a string')),
  /** How `value` is compared: equal, beginning, end, part or regular expression. */
  valueMatch: v.optional(oneOf(HEADER_MATCHES)),
  /** Compares the whole line, not each of its values between commas. */
  full: v.optional(bool),
})
const header = v.pipe(
  headerFields,
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return
    for (const [part, match] of [
      ['name', 'nameMatch'],
      ['value', 'valueMatch'],
    ] as const) {
      const input = dataset.value[part]
      const problem = dataset.value[match] === 'reg' ? patternProblem(input ?? '') : undefined
      if (problem === undefined) continue
      addIssue({
        message: `${problem} (docs/patterns.md)`,
        input,
        path: [{ type: 'object', origin: 'value', input: dataset.value, key: part, value: input }],
      })
    }
  }),
)
const expect = v.union(
  [
    v.strictObject({
      /**
       * The status is this, or in one of these ranges.
       * @example status: '200-399'
       */
      status: statusRange,
      not,
    }),
    v.strictObject({
      /**
       * A regular expression matches the status.
       * @example rstatus: '^2[0-9][0-9]$'
       */
      rstatus: expression,
      not,
    }),
    v.strictObject({
      /**
       * The answer has this header.
       * @example hdr: { name: 'x-ready', value: 'yes' }
       */
      hdr: header,
      not,
    }),
    v.strictObject({
      /**
       * The body contains this text.
       * @example string: 'ok'
       */
      string: text,
      not,
    }),
    v.strictObject({
      /**
       * A regular expression matches the body.
       * @example rstring: 'status: (ok|fine)'
       */
      rstring: expression,
      not,
    }),
  ],
  'must be { status }, { rstatus }, { hdr: { name, value } }, { string } or { rstring }, perhaps with not: true',
)

export const exchangeOptions = {
  /**
   * Method of the request.
   * @example method: 'HEAD'
   * @why what an application answers
   */
  method: option(token, { default: 'GET', haproxy: 'OPTIONS', word: 'http-check send meth' }),
  /**
   * Path and query of the request.
   * @example uri: '/health'
   */
  uri: option(v.pipe(text, v.regex(/^(\/[\x21-\x7e]*|\*)$/, "must begin with '/' and have no spaces")), {
    default: '/',
    word: 'http-check send uri',
  }),
  /**
   * HTTP version of the request.
   * @why virtual hosts need a Host header
   */
  version: option(oneOf(['1.0', '1.1']), { default: '1.1', haproxy: '1.0', word: 'http-check send ver' }),
  /**
   * Host header of the request.
   * @example host: 'app.example.com'
   * @default the server's own name in version 1.1, no Host header in 1.0
   */
  host: option(v.pipe(text, v.regex(/^[\x21-\x7e]+$/, 'must be a host name')), { word: 'http-check send hdr Host' }),
  /**
   * Further headers of the request, by name.
   * @example headers: { 'X-Check': '1' }
   */
  headers: option(record(token, oneLine, 'must be an object of header names and values'), {
    default: {},
    word: 'http-check send hdr',
  }),
  /**
   * Body of the request.
   * @example body: 'ping'
   */
  body: option(v.pipe(v.string('must be a string'), v.maxLength(16_384, 'must have at most 16384 characters')), {
    default: '',
    word: 'http-check send body',
  }),
  /**
   * What the answer must be; of several expectations, all must hold.
   * @example expect: { string: 'ok' }
   * @default a status from 200 to 399, unless `expectStatus` is written
   */
  expect: option(oneOrMore(expect, 'must be one expectation, or a list of them'), { word: 'http-check expect' }),
}

export type StepInput = Written<typeof exchangeOptions>
export type ExpectInput = v.InferInput<typeof expect>

type ExchangeValues = Values<typeof exchangeOptions>

export interface Exchange extends Omit<ExchangeValues, 'host' | 'headers' | 'expect'> {
  /** The Host header; null: none under HTTP/1.0, the server's own name under 1.1. */
  readonly host: string | null
  readonly headers: readonly (readonly [string, string])[]
  /** All must hold. */
  readonly expect: readonly Expect[]
}

/** Texts are bytes, a character for each, as answers are read. Patterns are as they were written. */
export type Expect = { readonly not: boolean } & (
  | { readonly status: readonly (readonly [number, number])[] }
  | { readonly rstatus: string }
  | {
      readonly header: {
        /** Where it is matched by `reg`, a pattern. */
        readonly name: string
        readonly nameMatch: HeaderMatch
        /** As `name`; null: any value. */
        readonly value: string | null
        readonly valueMatch: HeaderMatch
        readonly full: boolean
      }
    }
  | { readonly string: string }
  | { readonly rstring: string }
)

const ANY_SUCCESS = '200-399'

export function resolveExchange(input: StepInput, expectStatus: string | number | null, profile: Profile): Exchange {
  const values = valuesOf(exchangeOptions, input, profile)
  const written = values.expect === undefined ? [] : [values.expect].flat()
  const wanted = expectStatus === null ? written : [{ status: expectStatus }, ...written]
  return {
    ...values,
    host: values.host ?? null,
    headers: Object.entries(values.headers),
    expect: (wanted.length > 0 ? wanted : [{ status: ANY_SUCCESS }]).map(resolveExpect),
  }
}

function resolveExpect(input: ExpectInput): Expect {
  const isNegated = input.not ?? false
  if ('status' in input) return { not: isNegated, status: parseStatusRanges(input.status)! }
  if ('hdr' in input) {
    const { name, nameMatch = 'str', value = null, valueMatch = 'str', full = false } = input.hdr
    return {
      not: isNegated,
      header: {
        name: comparedWith(name, nameMatch),
        nameMatch,
        value: value === null ? null : comparedWith(value, valueMatch),
        valueMatch,
        full,
      },
    }
  }
  if ('string' in input) return { not: isNegated, string: bytesOf(input.string) }
  return 'rstring' in input ? { not: isNegated, rstring: input.rstring } : { not: isNegated, rstatus: input.rstatus }
}

function comparedWith(written: string, match: HeaderMatch): string {
  return match === 'reg' ? written : bytesOf(written)
}
