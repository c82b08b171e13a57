// Converters of samples: `req.hdr(host),lower,map(hosts)`. HAProxy: configuration manual 7.3.1.

import type { MatchMethod } from '../config/rules/match-methods.ts'
import { clientNetwork, maskedIpv4 } from '../config/network.ts'
import type { Converter } from '../config/rules/sample.ts'
import type { View } from './view.ts'

/** Undefined: nothing is left, as if nothing had been found. */
export type Convert = (value: string, view: View) => string | undefined

export function compileConverter({ name, arguments: [first = '', second] }: Converter): Convert {
  switch (name) {
    case 'lower':
      return (value) => value.toLowerCase()
    case 'upper':
      return (value) => value.toUpperCase()
    case 'length':
      return (value) => String(value.length)
    case 'url_dec':
      return (value) => urlDecoded(value, first !== '' && first !== '0')
    case 'field':
      return (value) => partOf(split(value, second!), Number(first))
    case 'word':
      // Unlike a field, a word that is missing is an empty one.
      return (value) => partOf(split(value, second!).filter(Boolean), Number(first)) ?? ''
    case 'ipmask':
      return (value) =>
        value.includes(':') ? clientNetwork(value, Number(second ?? 128)) : maskedIpv4(value, Number(first))
    default: {
      const match = name.slice('map_'.length) as MatchMethod
      return (value, view) => view.lookUp(first, match, value) ?? second
    }
  }
}

/** Each character of `delimiters` ends a part. */
function split(value: string, delimiters: string): readonly string[] {
  const parts: string[] = []
  let start = 0
  for (let i = 0; i <= value.length; i++) {
    if (i < value.length && !delimiters.includes(value[i]!)) continue
    parts.push(value.slice(start, i))
    start = i + 1
  }
  return parts
}

/** `1` is the first, `-1` the last. */
function partOf(parts: readonly string[], n: number): string | undefined {
  return parts.at(n > 0 ? n - 1 : n)
}

/**
 * `+` is a blank behind `?`, or everywhere with an argument other than 0. A broken escape (`%zz`) leaves nothing, as in
 * HAProxy; bytes that are not UTF-8 stay escapes, because a rule must see the rest of the value.
 */
function urlDecoded(value: string, isForm: boolean): string | undefined {
  if (/%(?![0-9A-Fa-f]{2})/.test(value)) return undefined
  const start = isForm ? 0 : value.indexOf('?') + 1 || value.length
  const spaced = value.slice(0, start) + value.slice(start).replaceAll('+', ' ')
  return spaced.replaceAll(ESCAPED_CHARACTER, decodedOrNot)
}

const BYTE = '%[89AB][0-9A-F]'
const ESCAPED_CHARACTER = new RegExp(
  `%[0-7][0-9A-F]|%[CD][0-9A-F]${BYTE}|%E[0-9A-F]${BYTE}${BYTE}|%F[0-4]${BYTE}${BYTE}${BYTE}`,
  'gi',
)

/** Overlong forms and halves of surrogate pairs look like UTF-8, but are not. */
function decodedOrNot(escapes: string): string {
  try {
    return decodeURIComponent(escapes)
  } catch {
    return escapes
  }
}
