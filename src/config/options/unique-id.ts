// HAProxy's `unique-id-format` and `unique-id-header` (configuration manual 4.2, 8.2.4): a name of each request, which its
// server and its log line get.

import * as v from 'valibot'

import { token } from '../fields.ts'
import { option, required, valuesOf } from '../option.ts'
import type { Profile, Values, Written } from '../option.ts'
import { needsResponse, parseSample } from '../rules/samples/sample.ts'
import type { Sample } from '../rules/samples/sample.ts'

/**
 * The client's address and port, the frontend's, seconds since 1970, the request's number, a number of the isolate, the
 * frontend's name, the method.
 */
export const ID_VARIABLES = ['ci', 'cp', 'fi', 'fp', 'Ts', 'rt', 'pid', 'f', 'HM'] as const

export interface IdField {
  readonly variable: (typeof ID_VARIABLES)[number]
  /** Numbers with at least four digits, IPv4 addresses with eight, IPv6 addresses with 32. */
  readonly isHex: boolean
}

export type IdFormat = readonly (string | Sample | IdField)[]

export const uniqueIdOptions = {
  /**
   * What an ID is made of: text, `%` and a variable of HAProxy's log formats, or `%[...]` with a sample of the request.
   * @example format: '%{+X}o %ci:%cp_%fi:%fp_%Ts_%rt:%pid'
   */
  format: required(
    v.pipe(
      v.string('must be a string'),
      v.check(
        (text) => 'format' in parseIdFormat(text),
        ({ input }) => problemOf(input as string),
      ),
    ),
    { word: 'unique-id-format' },
  ),
  /**
   * The request header that carries the ID to the server.
   * @example header: 'X-Unique-ID'
   */
  header: option(token, { default: null, word: 'unique-id-header' }),
}

export type UniqueIdInput = Written<typeof uniqueIdOptions>

export interface UniqueId extends Omit<Values<typeof uniqueIdOptions>, 'format'> {
  readonly format: IdFormat
}

export function resolveUniqueId(input: UniqueIdInput, profile: Profile): UniqueId {
  const { format, ...values } = valuesOf(uniqueIdOptions, input, profile)
  return { ...values, format: (parseIdFormat(format) as { readonly format: IdFormat }).format }
}

function problemOf(text: string): string {
  const parsed = parseIdFormat(text)
  return 'problem' in parsed ? parsed.problem : ''
}

/** Of log formats HAProxy writes several blanks as one, and none at the beginning. */
export function parseIdFormat(text: string): { readonly format: IdFormat } | { readonly problem: string } {
  const format: (string | Sample | IdField)[] = []
  let isHexForAll = false
  let isAfterBlank = true
  const add = (part: string | Sample | IdField) => {
    format.push(part)
    isAfterBlank = false
  }
  for (const [whole, blank, literal, flags, expression, name] of text.matchAll(TOKENS)) {
    if (blank !== undefined) {
      if (!isAfterBlank) format.push(' ')
      isAfterBlank = true
    } else if (literal !== undefined) add(literal)
    else if (whole === '%%') add('%')
    else {
      const isHex: boolean | undefined = flags === undefined ? isHexForAll : HEX_FLAGS[flags]
      if (isHex === undefined) return { problem: `${whole}: of flags there are +X and -X` }
      if (name === 'o') isHexForAll = isHex
      else if (expression !== undefined) {
        const sample = parseSample(expression)
        if (!sample || needsResponse(sample) || sample.fetch === 'unique-id') {
          return { problem: `${whole}: must hold a sample of requests, such as %[uuid()], %[src] or %[req.hdr(x-id)]` }
        }
        add(sample)
      } else {
        const variable = ID_VARIABLES.find((each) => each === name)
        if (!variable)
          return { problem: `${whole}: there are ${ID_VARIABLES.map((each) => `%${each}`).join(' ')} and %[…]` }
        add({ variable, isHex })
      }
    }
  }
  return format.length === 0 ? { problem: 'makes an empty text' } : { format }
}

const TOKENS = /([ \t]+)|([^%\s]+)|%(?:%|(?:\{([^}]*)\})?(?:\[((?:[^\]'"]|'[^']*'|"[^"]*")*)\]|([A-Za-z]+)?))/g
const HEX_FLAGS: Readonly<Record<string, boolean>> = { '+X': true, '-X': false }
