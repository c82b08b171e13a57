// Conditions over requests and responses: input and result. HAProxy: configuration manual 7.

import * as v from 'valibot'

import { bool, networks, oneOf, textList, token } from '../fields.ts'
import { list } from '../units.ts'
import { MATCH_METHODS } from './match-methods.ts'
import type { MatchMethod } from './match-methods.ts'
import { sample } from './samples/sample-fields.ts'
import { ownMatch } from './samples/own-match.ts'
import { parseSample } from './samples/sample.ts'
import type { Sample } from './samples/sample.ts'

export type ConditionInput =
  | { all: readonly ConditionInput[] }
  | { any: readonly ConditionInput[] }
  | { not: ConditionInput }
  | { host: string | readonly string[] }
  | { path: string | readonly string[] }
  | { pathBeg: string | readonly string[] }
  | { pathEnd: string | readonly string[] }
  | { method: string | readonly string[] }
  | { scheme: 'http' | 'https' }
  | { src: string | readonly string[] }
  | { hdr: { name: string; value?: string | readonly string[] | undefined } }
  | {
      sample: string
      match?: MatchMethod | undefined
      values?: string | readonly string[] | undefined
      lists?: string | readonly string[] | undefined
      ignoreCase?: boolean | undefined
    }

/** What a request, or a response, is asked for before a rule applies. */
export const condition: v.GenericSchema<ConditionInput> = v.union(
  [
    v.strictObject({
      /**
       * All of these conditions hold.
       * @example all: [{ host: 'app.example.com' }, { pathBeg: '/api/' }]
       */
      all: v.array(v.lazy(() => condition)),
    }),
    v.strictObject({
      /**
       * At least one of these conditions holds.
       * @example any: [{ path: '/login' }, { path: '/logout' }]
       */
      any: v.array(v.lazy(() => condition)),
    }),
    v.strictObject({
      /**
       * This condition does not hold.
       * @example not: { src: '10.0.0.0/8' }
       */
      not: v.lazy(() => condition),
    }),
    v.strictObject({
      /**
       * The requested host is one of these; `*.example.com` stands for every name below example.com.
       * @example host: ['example.com', '*.example.com']
       */
      host: textList,
    }),
    v.strictObject({
      /**
       * The path is exactly one of these.
       * @example path: ['/login', '/logout']
       */
      path: textList,
    }),
    v.strictObject({
      /**
       * The path begins with one of these.
       * @example pathBeg: '/api/'
       */
      pathBeg: textList,
    }),
    v.strictObject({
      /**
       * The path ends with one of these.
       * @example pathEnd: ['.css', '.js']
       */
      pathEnd: textList,
    }),
    v.strictObject({
      /**
       * The method is one of these.
       * @example method: ['GET', 'HEAD']
       */
      method: textList,
    }),
    v.strictObject({
      /**
       * The client came by this scheme.
       * @example scheme: 'http'
       */
      scheme: oneOf(['http', 'https']),
    }),
    v.strictObject({
      /**
       * The client's address lies in one of these networks.
       * @example src: '10.0.0.0/8'
       */
      src: networks,
    }),
    v.strictObject({
      /**
       * The request has this header.
       * @example hdr: { name: 'x-beta', value: 'yes' }
       */
      hdr: v.strictObject({
        /**
         * The header's name.
         * @example name: 'x-beta'
         */
        name: token,
        /**
         * One of its values is one of these. Without them the header need only be there.
         * @example value: 'yes'
         */
        value: v.optional(textList),
      }),
    }),
    v.strictObject({
      /**
       * A value of the request that is compared; of the response in `responseRules`.
       * @example sample: 'req.hdr(x-user),lower'
       */
      sample,
      /**
       * How it is compared: `str` equals, `beg` begins, `end` ends, `sub` contains, `dir` and `dom` are whole parts between slashes or
       * dots, `reg` is a regular expression, `ip` a network, `int` a number or a range such as `400:499`, `len` the same of its length in bytes, `bin` bytes as hexadecimal digits, `found` anything, `bool` anything
       * but 0. Without it: `found` if there are no `values`, else `str`; `ip`, `int` or `bool` for samples of such values.
       * @example match: 'beg'
       */
      match: v.optional(oneOf(MATCH_METHODS)),
      /**
       * What it is compared with: one match is enough.
       * @example values: ['ann', 'bob']
       */
      values: v.optional(textList),
      /**
       * Lists, or maps by their keys, that it is compared with in the same way, by name: commands and rules may change them.
       * @example lists: 'banned.lst'
       */
      lists: v.optional(textList),
      /** Upper and lower case count as the same. Without it they do not. */
      ignoreCase: v.optional(bool),
    }),
  ],
  'must be one condition: { all: [...] }, { any: [...] }, { not: ... }, { host }, { path }, { pathBeg }, { pathEnd }, ' +
    "{ method }, { scheme: 'http' | 'https' }, { src: network }, { hdr: { name, value } } or { sample, match, values, lists }",
)

export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | { readonly host: readonly string[] }
  | { readonly path: readonly string[] }
  | { readonly pathBeg: readonly string[] }
  | { readonly pathEnd: readonly string[] }
  | { readonly method: readonly string[] }
  | { readonly scheme: 'http' | 'https' }
  | { readonly src: readonly string[] }
  | { readonly hdr: { readonly name: string; readonly value: readonly string[] | null } }
  | {
      readonly sample: Sample
      readonly match: MatchMethod
      readonly values: readonly string[]
      /** Maps and lists that it may match as well. */
      readonly lists?: readonly string[]
      readonly ignoreCase: boolean
    }

export function resolveCondition(input: ConditionInput | undefined): Condition | null {
  return input === undefined ? null : resolved(input)
}

function resolved(input: ConditionInput): Condition {
  if ('all' in input) return { all: input.all.map(resolved) }
  if ('any' in input) return { any: input.any.map(resolved) }
  if ('not' in input) return { not: resolved(input.not) }
  if ('host' in input) return { host: list(input.host).map((host) => host.toLowerCase()) }
  if ('path' in input) return { path: list(input.path) }
  if ('pathBeg' in input) return { pathBeg: list(input.pathBeg) }
  if ('pathEnd' in input) return { pathEnd: list(input.pathEnd) }
  if ('method' in input) return { method: list(input.method).map((method) => method.toUpperCase()) }
  if ('scheme' in input) return { scheme: input.scheme }
  if ('src' in input) return { src: list(input.src) }
  if ('sample' in input) {
    const { match, values, lists, ignoreCase = false } = input
    const parsed = parseSample(input.sample)!
    return {
      sample: parsed,
      match:
        match ??
        ownMatch(parsed) ??
        (values === undefined && lists === undefined ? ('found' as const) : ('str' as const)),
      values: list(values),
      ...(lists === undefined ? {} : { lists: list(lists) }),
      ignoreCase,
    }
  }
  const { name, value } = input.hdr
  return { hdr: { name: name.toLowerCase(), value: value === undefined ? null : list(value) } }
}
