// HAProxy's sample expressions, `req.hdr(x-user),lower` (configuration manual 7.3): from text to parts. What they fetch from a request
// is rules/samples.ts's business.

import { nearest } from '../../nearest.ts'
import { argumentsProblem, kindOf } from './argument.ts'
import type { ArgumentKind, Takes } from './argument.ts'
import { readCalls } from './calls.ts'
import type { Call } from './calls.ts'
import { CONVERTER_ALIASES, converterRow, CONVERTERS } from './converter-rows.ts'
import type { ConverterName } from './converter-rows.ts'
import { FETCH_ALIASES, fetchRow, FETCHES } from './fetch-rows.ts'
import type { Origin } from './fetch-row.ts'
import type { FetchName } from './fetch-rows.ts'
import { isCastable } from './sample-type.ts'
import type { SampleType } from './sample-type.ts'

export interface Sample {
  readonly fetch: FetchName
  readonly arguments: readonly string[]
  readonly converters: readonly Converter[]
}

export interface Converter {
  readonly name: ConverterName
  readonly arguments: readonly string[]
}

/** What a text must be that is no sample. */
export const SAMPLE_TEXT = 'a sample, such as req.hdr(x-user),lower'

/** `isArgument`: what stands in parentheses is wrong; the names are known. */
const QUOTED = '; an argument that holds a comma or a parenthesis needs quotes'

export type SampleReading = { readonly sample: Sample } | { readonly problem: string; readonly isArgument?: boolean }

/** Undefined for anything that is not known. */
export function parseSample(text: string): Sample | undefined {
  const reading = readSample(text)
  return 'sample' in reading ? reading.sample : undefined
}

export function readSample(text: string): SampleReading {
  const found = readCalls(text)
  return found?.end === text.length ? sampleOf(found.calls) : { problem: `'${text}' must be ${SAMPLE_TEXT}${QUOTED}` }
}

export function sampleOf([written, ...rest]: readonly Call[]): SampleReading {
  const first = written && numbered(written)
  if (!first) return { problem: `must be ${SAMPLE_TEXT}` }
  const fetch = fetchNamed(first.name)
  if (fetch === undefined) return { problem: `'${first.name}' cannot be fetched${didYouMean(first.name, FETCHES)}` }
  const row = fetchRow(fetch)
  const problem = argumentsProblem(first.name, first.arguments, row)
  if (problem !== undefined) return { problem, isArgument: true }
  const converters: Converter[] = []
  let type: SampleType = row.gives
  for (const call of rest) {
    const name = converterNamed(call.name)
    if (name === undefined) return { problem: `'${call.name}' is no converter${didYouMean(call.name, CONVERTERS)}` }
    const converter = converterRow(name)
    const { from, gives } = converter
    if (!isCastable(type, from)) {
      return {
        problem: `'${call.name}' cannot be made of what stands before it: it takes ${from}, and that is ${type}`,
      }
    }
    const wrong = argumentsProblem(call.name, call.arguments, converter)
    if (wrong !== undefined) return { problem: wrong, isArgument: true }
    converters.push({ name, arguments: call.arguments })
    type = gives === 'any' ? type : gives
  }
  return { sample: { fetch, arguments: first.arguments, converters } }
}

/** `sc0_conn_cnt(table)` is `sc_conn_cnt(0,table)`. */
function numbered(call: Call): Call {
  const [, number, name] = /^sc([0-2])(_\w+)$/.exec(call.name) ?? []
  return number === undefined ? call : { name: `sc${name}`, arguments: [number, ...call.arguments] }
}

function didYouMean(name: string, table: object): string {
  const near = nearest(name, Object.keys(table))
  return near === undefined ? '' : `; did you mean '${near}'?`
}

/** By its own name or another. */
export function fetchNamed(name: string): FetchName | undefined {
  return own(FETCH_ALIASES, name) ?? (Object.hasOwn(FETCHES, name) ? (name as FetchName) : undefined)
}

export function converterNamed(name: string): ConverterName | undefined {
  return own(CONVERTER_ALIASES, name) ?? (Object.hasOwn(CONVERTERS, name) ? (name as ConverterName) : undefined)
}

/** Without inherited properties: `constructor` is not a fetch. */
function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined
}

/** Of what its value is: a converter that gives any type gives the one that it gets. */
export function typeOf({ fetch, converters }: Sample): SampleType {
  let type: SampleType = fetchRow(fetch).gives
  for (const { name } of converters) {
    const { gives } = converterRow(name)
    if (gives !== 'any') type = gives
  }
  return type
}

export function originOf({ fetch }: Sample): Origin {
  return fetchRow(fetch).of
}

/** Known only when there is a response. */
export function needsResponse(sample: Sample): boolean {
  return originOf(sample) === 'response'
}

/** What its arguments name, of one kind: maps, backends, lists of users that must exist. */
export function namesIn({ fetch, arguments: given, converters }: Sample, kind: ArgumentKind): readonly string[] {
  return [
    ...named(given, fetchRow(fetch).takes, kind),
    ...converters.flatMap((converter) => named(converter.arguments, converterRow(converter.name).takes, kind)),
  ]
}

function named(given: readonly string[], takes: Takes, kind: ArgumentKind): readonly string[] {
  return given.filter((text, i) => kindOf(takes[i]!) === kind && text !== '')
}
