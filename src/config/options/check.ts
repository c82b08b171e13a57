// Health checks: what may be written, and what becomes of it. HAProxy: configuration manual 4.2 "option httpchk",
// "http-check send", "http-check expect", "http-check disable-on-404", 5.2 "inter", "rise", "fall", "addr", "port".

import * as v from 'valibot'

import { BRACKETED } from '../brackets.ts'
import { defaultOf } from '../defaults.ts'
import type { Profile } from '../option.ts'
import {
  bool,
  duration,
  integer,
  ONE_LINE,
  oneOf,
  parseStatusRanges,
  statusRange,
  strict,
  text,
  token,
} from '../fields.ts'
import { pattern } from '../pattern-field.ts'
import { ms } from '../units.ts'
import { bytesOf } from '../../pattern/bytes.ts'
import { patternOf, patternProblem } from '../../pattern/compile.ts'
import type { Pattern } from '../../pattern/compile.ts'

const HEADER_MATCHES = ['str', 'beg', 'end', 'sub', 'reg'] as const
export type HeaderMatch = (typeof HEADER_MATCHES)[number]

const oneLine = v.pipe(v.string('must be a string'), v.regex(ONE_LINE, 'must be one line'))
const expression = v.pipe(text, pattern())
const not = v.optional(bool)

const headerFields = strict({
  name: text,
  nameMatch: v.optional(oneOf(HEADER_MATCHES)),
  value: v.optional(v.string('must be a string')),
  valueMatch: v.optional(oneOf(HEADER_MATCHES)),
  /** The whole line is compared, not each of its values between commas. */
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
    v.strictObject({ status: statusRange, not }),
    v.strictObject({ rstatus: expression, not }),
    v.strictObject({ hdr: header, not }),
    v.strictObject({ string: text, not }),
    v.strictObject({ rstring: expression, not }),
  ],
  'must be { status }, { rstatus }, { hdr: { name, value } }, { string } or { rstring }, perhaps with not: true',
)
const exchange = {
  method: v.optional(token),
  uri: v.optional(v.pipe(text, v.regex(/^(\/[\x21-\x7e]*|\*)$/, "must begin with '/' and have no spaces"))),
  version: v.optional(oneOf(['1.0', '1.1'])),
  host: v.optional(v.pipe(text, v.regex(/^[\x21-\x7e]+$/, 'must be a host name'))),
  headers: v.optional(v.record(token, oneLine, 'must be an object of header names and values')),
  body: v.optional(v.pipe(v.string('must be a string'), v.maxLength(16_384, 'must have at most 16384 characters'))),
  expect: v.optional(v.union([expect, v.array(expect)], 'must be one expectation, or a list of them')),
}
const times = {
  inter: v.optional(duration(100)),
  fastinter: v.optional(duration(100)),
  downinter: v.optional(duration(100)),
  rise: v.optional(integer(1, 1000)),
  fall: v.optional(integer(1, 1000)),
  addr: v.optional(
    v.pipe(text, v.regex(new RegExp(`^([A-Za-z0-9._-]+|${BRACKETED})$`), 'must be a host name or an address')),
  ),
  port: v.optional(integer(1, 65_535)),
  /**
   * How servers are asked on Cloudflare: `fetch`, as requests are, or `socket`, a connection of the check's own, which comes from
   * addresses outside Cloudflare's published ranges and does not reach names that Cloudflare proxies. Under `limpet serve` it is
   * always a socket. Default: fetch.
   */
  by: v.optional(oneOf(['fetch', 'socket'])),
}

/** What one server's checks have of their own. */
export const serverCheck = strict(times)
export const check = strict({
  type: v.optional(oneOf(['http', 'tcp'])),
  ...exchange,
  expectStatus: v.optional(statusRange),
  steps: v.optional(v.array(strict(exchange), 'must be a list of requests, each with its expectations')),
  disableOn404: v.optional(bool),
  sendState: v.optional(bool),
  ...times,
  timeout: v.optional(duration(10)),
})

export type CheckInput = v.InferInput<typeof check>
export type ServerCheckInput = v.InferInput<typeof serverCheck>
export type ExpectInput = v.InferInput<typeof expect>
export type StepInput = NonNullable<CheckInput['steps']>[number]

export interface CheckConfig {
  /** `tcp`: a connection that opens is enough. By fetch, which cannot just connect, any answer is. */
  readonly type: 'http' | 'tcp'
  /** Where to ask; null: the host that requests go to. */
  readonly addr: string | null
  /** Null: the port that requests go to. */
  readonly port: number | null
  /** How to ask on Cloudflare; under serve it is a socket. */
  readonly by: 'fetch' | 'socket'
  /** One after the other, each on a connection of its own; all must pass. */
  readonly exchanges: readonly Exchange[]
  /** 404 from a server that is up: it keeps its clients and gets no new ones. */
  readonly disableOn404: boolean
  /** The server is told what is known of it, in X-Haproxy-Server-State. */
  readonly sendState: boolean
  readonly interMs: number
  readonly fastinterMs: number
  readonly downinterMs: number
  readonly rise: number
  readonly fall: number
  readonly timeoutMs: number
}

export interface Exchange {
  readonly method: string
  readonly uri: string
  readonly version: '1.0' | '1.1'
  /** The Host header; null: none under HTTP/1.0, the server's own name under 1.1. */
  readonly host: string | null
  readonly headers: readonly (readonly [string, string])[]
  /** '' when there is none. */
  readonly body: string
  /** All must hold. */
  readonly expect: readonly Expect[]
}

/** Texts are bytes, a character for each, as answers are read. */
export type Expect = { readonly not: boolean } & (
  | { readonly status: readonly (readonly [number, number])[] }
  | { readonly rstatus: Pattern }
  | {
      readonly header: {
        readonly name: string
        readonly nameMatch: HeaderMatch
        /** Null: any value. */
        readonly value: string | null
        readonly valueMatch: HeaderMatch
        readonly full: boolean
        /** Where it is matched by `reg`. */
        readonly namePattern: Pattern | null
        readonly valuePattern: Pattern | null
      }
    }
  | { readonly string: string }
  | { readonly rstring: Pattern }
)

type Written<T> = T | boolean | undefined

/** A server's own numbers come before its backend's. */
export function resolveCheck(
  own: Written<ServerCheckInput>,
  shared: Written<CheckInput>,
  profile: Profile,
): CheckConfig | null {
  const isWanted = own === undefined ? shared !== undefined && shared !== false : own !== false
  if (!isWanted) return null
  const options: CheckInput = {
    ...(typeof shared === 'object' ? shared : {}),
    ...(typeof own === 'object' ? own : {}),
  }
  const interMs = ms(options.inter) ?? defaultOf(profile, 'check.interMs')
  return {
    type: options.type ?? 'http',
    addr: options.addr ?? null,
    port: options.port ?? null,
    by: options.by ?? 'fetch',
    exchanges: (options.steps ?? [options]).map((step) => resolveExchange(step, options.expectStatus, profile)),
    disableOn404: options.disableOn404 ?? false,
    sendState: options.sendState ?? false,
    interMs,
    fastinterMs: ms(options.fastinter) ?? interMs,
    downinterMs: ms(options.downinter) ?? interMs,
    rise: options.rise ?? defaultOf(profile, 'check.rise'),
    fall: options.fall ?? defaultOf(profile, 'check.fall'),
    timeoutMs: ms(options.timeout) ?? interMs,
  }
}

const ANY_SUCCESS = '200-399'

function resolveExchange(step: StepInput, expectStatus: CheckInput['expectStatus'], profile: Profile): Exchange {
  const written = step.expect === undefined ? [] : [step.expect].flat()
  const wanted = expectStatus === undefined ? written : [{ status: expectStatus }, ...written]
  return {
    method: step.method ?? defaultOf(profile, 'check.method'),
    uri: step.uri ?? defaultOf(profile, 'check.uri'),
    version: step.version ?? defaultOf(profile, 'check.version'),
    host: step.host ?? null,
    headers: Object.entries(step.headers ?? {}),
    body: step.body ?? '',
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
        name: bytesOf(name),
        nameMatch,
        value: value === null ? null : bytesOf(value),
        valueMatch,
        full,
        namePattern: nameMatch === 'reg' ? patternOf(name) : null,
        valuePattern: valueMatch === 'reg' && value !== null ? patternOf(value) : null,
      },
    }
  }
  if ('string' in input) return { not: isNegated, string: bytesOf(input.string) }
  return 'rstring' in input
    ? { not: isNegated, rstring: patternOf(input.rstring) }
    : { not: isNegated, rstatus: patternOf(input.rstatus) }
}
