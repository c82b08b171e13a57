// Conditions over requests and responses: input and result. HAProxy: configuration manual 7.

import * as v from 'valibot'

import { bool, networks, oneOf, textList, token } from '../fields.ts'
import { list } from '../units.ts'
import { MATCH_METHODS } from './match-methods.ts'
import type { MatchMethod } from './match-methods.ts'
import { sample } from './sample-fields.ts'
import { OWN_MATCH, parseSample } from './sample.ts'
import type { Sample } from './sample.ts'

export type ConditionInput =
  | { all: ConditionInput[] }
  | { any: ConditionInput[] }
  | { not: ConditionInput }
  | { host: string | string[] }
  | { path: string | string[] }
  | { pathBeg: string | string[] }
  | { pathEnd: string | string[] }
  | { method: string | string[] }
  | { scheme: 'http' | 'https' }
  | { src: string | string[] }
  | { hdr: { name: string; value?: string | string[] | undefined } }
  | {
      sample: string
      match?: MatchMethod | undefined
      values?: string | string[] | undefined
      ignoreCase?: boolean | undefined
    }

export const condition: v.GenericSchema<ConditionInput> = v.union(
  [
    v.strictObject({ all: v.array(v.lazy(() => condition)) }),
    v.strictObject({ any: v.array(v.lazy(() => condition)) }),
    v.strictObject({ not: v.lazy(() => condition) }),
    v.strictObject({ host: textList }),
    v.strictObject({ path: textList }),
    v.strictObject({ pathBeg: textList }),
    v.strictObject({ pathEnd: textList }),
    v.strictObject({ method: textList }),
    v.strictObject({ scheme: oneOf(['http', 'https']) }),
    v.strictObject({ src: networks }),
    v.strictObject({ hdr: v.strictObject({ name: token, value: v.optional(textList) }) }),
    v.strictObject({
      sample,
      match: v.optional(oneOf(MATCH_METHODS)),
      values: v.optional(textList),
      ignoreCase: v.optional(bool),
    }),
  ],
  'must be one condition: { all: [...] }, { any: [...] }, { not: ... }, { host }, { path }, { pathBeg }, { pathEnd }, ' +
    "{ method }, { scheme: 'http' | 'https' }, { src: network }, { hdr: { name, value } } or { sample, match, values }",
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
    const { match, values, ignoreCase = false } = input
    const parsed = parseSample(input.sample)!
    return {
      sample: parsed,
      match: match ?? OWN_MATCH[parsed.fetch] ?? (values === undefined ? ('found' as const) : ('str' as const)),
      values: list(values),
      ignoreCase,
    }
  }
  const { name, value } = input.hdr
  return { hdr: { name: name.toLowerCase(), value: value === undefined ? null : list(value) } }
}
