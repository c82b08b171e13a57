// HAProxy's `unique-id-format` and `unique-id-header` (configuration manual 4.2, 8.2.4): a name of each request, which its
// server and its log line get.

import * as v from 'valibot'

import { strict, token } from '../fields.ts'
import { needsResponse, parseSample } from '../rules/sample.ts'
import type { Sample } from '../rules/sample.ts'

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

export interface UniqueId {
  readonly format: IdFormat
  /** Null: the server gets none. */
  readonly header: string | null
}

export const uniqueId = strict({
  /** HAProxy's `unique-id-format`, such as `%{+X}o %ci:%cp_%fi:%fp_%Ts_%rt:%pid` or `%[uuid()]`. */
  format: v.pipe(
    v.string('must be a string'),
    v.check(
      (text) => 'format' in parseIdFormat(text),
      ({ input }) => problemOf(input as string),
    ),
  ),
  /** The request header that the server gets it in (HAProxy: `unique-id-header`). Default: none. */
  header: v.optional(token),
})

export type UniqueIdInput = v.InferInput<typeof uniqueId>

export function resolveUniqueId(input: UniqueIdInput | undefined): UniqueId | null {
  const parsed = input && parseIdFormat(input.format)
  return parsed && 'format' in parsed ? { format: parsed.format, header: input!.header ?? null } : null
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
