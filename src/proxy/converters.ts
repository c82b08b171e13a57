// What becomes of a sample on its way: `req.hdr(host),lower,map(hosts)`. HAProxy: configuration manual 7.3.1.

import type { MatchMethod } from '../config/rule.ts'
import { clientNetwork, maskedIpv4 } from '../config/network.ts'
import type { Converter } from '../config/sample.ts'
import { bytesOf, textOf } from '../pattern/bytes.ts'
import type { View } from './samples.ts'

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
      return urlDecoded
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

/** A broken escape is no text; bytes that are not UTF-8 are kept from no rule: each becomes U+FFFD. */
function urlDecoded(value: string): string | undefined {
  if (!value.includes('%')) return value
  if (/%(?![0-9a-fA-F]{2})/.test(value)) return undefined
  const bytes = bytesOf(value).replaceAll(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return textOf(bytes)
}
