// Text. HAProxy: configuration manual 7.3.1.

import type { ConverterMaker } from '../tools.ts'
import { percentEncoded } from '../samples.ts'
import { asciiLower, asciiUpper } from './ascii.ts'
import { ofText, ofTextBytes } from './inputs.ts'

export const lower: ConverterMaker = () => ofText((text) => asciiLower(text))

export const upper: ConverterMaker = () => ofText((text) => asciiUpper(text))

export const length: ConverterMaker = () => ofTextBytes((bytes) => BigInt(bytes.length))

export const urlDec: ConverterMaker = ([isForm = '0']) =>
  ofText((text) => urlDecoded(text, isForm !== '' && isForm !== '0'))

/** `field(2,;)`: the second of the parts between semicolons; `field(2,;,3)` three parts from it on, `field(2,;,0)` all. */
export const field: ConverterMaker = ([n, delimiters = '', count = '1']) =>
  ofText((text) => partOf(text, partsOf(text, delimiters), Number(n), Number(count)))

/** As field, but empty parts do not count; a word that is missing is an empty one. */
export const word: ConverterMaker = ([n, delimiters = '', count = '1']) =>
  ofText((text) => {
    const words = partsOf(text, delimiters).filter(([start, end]) => start < end)
    return partOf(text, words, Number(n), Number(count)) ?? ''
  })

export const ltrim: ConverterMaker = ([characters = '']) =>
  ofText((text) => {
    let start = 0
    while (start < text.length && characters.includes(text[start]!)) start++
    return text.slice(start)
  })

export const rtrim: ConverterMaker = ([characters = '']) =>
  ofText((text) => {
    let end = text.length
    while (end > 0 && characters.includes(text[end - 1]!)) end--
    return text.slice(0, end)
  })

/** What stands before the first line break. */
export const cutCrlf: ConverterMaker = () => ofText((text) => text.split(/[\r\n]/, 1)[0]!)

/** For a query: letters, digits and `-._~` stay. */
export const urlEnc: ConverterMaker = () =>
  ofTextBytes((bytes) => bytes.replaceAll(/[^A-Za-z0-9._~-]/g, percentEncoded))

type Part = readonly [start: number, end: number]

/** Each character of `delimiters` ends a part. */
function partsOf(value: string, delimiters: string): readonly Part[] {
  const parts: Part[] = []
  let start = 0
  for (let i = 0; i <= value.length; i++) {
    if (i < value.length && !delimiters.includes(value[i]!)) continue
    parts.push([start, i])
    start = i + 1
  }
  return parts
}

/** `1` is the first, `-1` the last. `count`: how many from it on, or up to it from the end, with what is between them; 0: all. */
function partOf(text: string, parts: readonly Part[], n: number, count: number): string | undefined {
  const at = n > 0 ? n - 1 : parts.length + n
  if (at < 0 || at >= parts.length) return undefined
  if (count === 0) return n > 0 ? text.slice(parts[at]![0]) : text.slice(0, parts[at]![1])
  const [from, to] = n > 0 ? [at, Math.min(parts.length, at + count) - 1] : [Math.max(0, at - count + 1), at]
  return text.slice(parts[from]![0], parts[to]![1])
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
