// What must be found in a request, or a condition cannot hold: texts of which one is there. For looking rules up (rule-index.ts).

import type { Condition } from '../config/rules/condition.ts'
import type { MatchMethod } from '../config/rules/match-methods.ts'
import type { ConverterName } from '../config/rules/samples/converter-rows.ts'
import type { FetchName } from '../config/rules/samples/fetch-rows.ts'
import type { Sample } from '../config/rules/samples/sample.ts'
import { valuesOf } from '../http/fields.ts'
import { asciiLower } from './converters/ascii.ts'
import { lookupFor } from './lookup.ts'
import { compileSample } from './samples.ts'
import type { Tools } from './tools.ts'
import type { Transaction } from './transaction.ts'
import { listOf, toText } from './values.ts'
import type { View } from './view.ts'

type TextsIn = (transaction: Transaction, view: View) => readonly string[]

/** A part of requests that conditions compare with texts. */
export interface Source {
  readonly match: MatchMethod
  readonly textsIn: (tools: Tools) => TextsIn
}

/** One of these texts is found in its source, or the condition does not hold. */
export type Guard = readonly (readonly [source: string, value: string])[]

/** Each of them is one; none: nothing is known. `sources`: gets those that are named. */
export function guardsOf(condition: Condition, sources: Map<string, Source>): readonly Guard[] {
  const guard = (name: string, match: MatchMethod, values: readonly string[], textsIn: Source['textsIn']) => {
    const source = `${match} ${name}`
    sources.set(source, { match, textsIn })
    return [values.map((value) => [source, value] as const)]
  }
  if ('all' in condition) {
    // What comes behind may have to wait for a password that what stands before asks for, and must not spare it.
    const before = condition.all.findIndex((each) => !isPlain(each))
    const asked = before === -1 ? condition.all : condition.all.slice(0, before + 1)
    return asked.flatMap((each) => guardsOf(each, sources))
  }
  if ('any' in condition) {
    const each = condition.any.map((one) => guardsOf(one, sources)[0])
    return each.every((one) => one !== undefined) ? [each.flat()] : []
  }
  if ('host' in condition) return guard('host', 'end', condition.host.map(dotted), () => hostIn)
  if ('path' in condition) return guard('path', 'str', condition.path, () => pathIn)
  if ('pathBeg' in condition) return guard('path', 'beg', condition.pathBeg, () => pathIn)
  if ('pathEnd' in condition) return guard('path', 'end', condition.pathEnd, () => pathIn)
  if ('hdr' in condition && condition.hdr.value !== null) {
    const { name, value } = condition.hdr
    return guard(`hdr ${name}`, 'str', value, () => headerIn(name))
  }
  // A list that changes may stand beside the values.
  if (!('sample' in condition) || Object.keys(condition).some((key) => !COMPARED.has(key))) return []
  const { sample, match, values, ignoreCase } = condition
  const texts = match === 'reg' ? values.map(beginningOf) : lookupFor(match, []) ? values : []
  if (!isPlainSample(sample) || texts.length === 0 || texts.includes('')) return []
  const fold = (text: string) => (ignoreCase ? asciiLower(text) : text)
  return guard(`${JSON.stringify(sample)} ${ignoreCase}`, match === 'reg' ? 'beg' : match, texts.map(fold), (tools) => {
    const found = compileSample(sample, tools)
    return (transaction, view) => listOf(found(transaction, view)).map((value) => fold(toText(value)))
  })
}

/** What every text begins with that a regular expression matches; '': anything. */
function beginningOf(pattern: string): string {
  if (pattern.includes('|')) return ''
  const [, literal = '', behind = ''] = /^\^((?:[\w/-]|\\[./-])*)(.?)/.exec(pattern) ?? []
  // What stands before one of these may be missing.
  const certain = /[?*{]/.test(behind) ? literal.replace(/\\?.$/, '') : literal
  return certain.replaceAll('\\', '')
}

const COMPARED: ReadonlySet<string> = new Set(['sample', 'match', 'values', 'ignoreCase'])

/** `*.example.com` is every name that ends with `.example.com`; no name has a dot before itself, so what stands for one alone gets two. */
function dotted(pattern: string): string {
  return pattern.startsWith('*.') ? pattern.slice(1) : `..${pattern}`
}

const hostIn: TextsIn = ({ forOrigin }) => [`..${forOrigin.target.hostname}`]
const pathIn: TextsIn = ({ forOrigin }) => [forOrigin.target.path]

function headerIn(name: string): TextsIn {
  return ({ forOrigin: { headers } }) => {
    const whole = headers.get(name)
    return whole === null ? [] : [whole, ...valuesOf(headers, name)]
  }
}

/** It asks nobody, and comes to the same as often as it is asked, until a rule acts. */
export function isPlain(condition: Condition): boolean {
  if ('all' in condition) return condition.all.every(isPlain)
  if ('any' in condition) return condition.any.every(isPlain)
  if ('not' in condition) return isPlain(condition.not)
  return !('sample' in condition) || isPlainSample(condition.sample)
}

function isPlainSample({ fetch, converters }: Sample): boolean {
  return PLAIN_FETCHES.has(fetch) && converters.every(({ name }) => PLAIN_CONVERTERS.has(name))
}

const PLAIN_FETCHES: ReadonlySet<FetchName> = new Set<FetchName>([
  'base',
  'baseq',
  'method',
  'path',
  'pathq',
  'query',
  'req.cook',
  'req.fhdr',
  'req.hdr',
  'src',
  'ssl_fc',
  'url',
  'url_param',
  'var',
])

const PLAIN_CONVERTERS: ReadonlySet<ConverterName> = new Set<ConverterName>([
  'field',
  'host_only',
  'lower',
  'ltrim',
  'rtrim',
  'upper',
  'url_dec',
  'word',
])
