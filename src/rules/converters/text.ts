// Text. HAProxy: configuration manual 7.3.1.

import { bytesOf } from '../../pattern/bytes.ts'
import type { ConverterMaker } from '../tools.ts'
import { ofText } from './inputs.ts'

export const lower: ConverterMaker = () => ofText((text) => text.toLowerCase())

export const upper: ConverterMaker = () => ofText((text) => text.toUpperCase())

export const length: ConverterMaker = () => ofText((text) => BigInt(bytesOf(text).length))

export const urlDec: ConverterMaker = ([isForm = '0']) =>
  ofText((text) => urlDecoded(text, isForm !== '' && isForm !== '0'))

export const field: ConverterMaker = ([n, delimiters = '']) =>
  ofText((text) => partOf(split(text, delimiters), Number(n)))

/** Unlike a field, a word that is missing is an empty one. */
export const word: ConverterMaker = ([n, delimiters = '']) =>
  ofText((text) => partOf(split(text, delimiters).filter(Boolean), Number(n)) ?? '')

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

const ESCAPED_CHARACTER =
  /%[0-7][\dA-F]|%[CD][\dA-F]%[89AB][\dA-F]|%E[\dA-F](?:%[89AB][\dA-F]){2}|%F[0-4](?:%[89AB][\dA-F]){3}/gi

/** Overlong forms and halves of surrogate pairs look like UTF-8, but are not. */
function decodedOrNot(escapes: string): string {
  try {
    return decodeURIComponent(escapes)
  } catch {
    return escapes
  }
}
