// The headers and cookies of a message, of a request or a response alike. HAProxy: configuration manual 7.3.6 "req.hdr".

import { valuesOf } from '../../http/fields.ts'
import type { Fields } from '../../http/fields.ts'
import type { Fetch } from '../tools.ts'
import type { Transaction } from '../transaction.ts'
import { Ip } from '../values.ts'
import type { Found, Value } from '../values.ts'
import type { View } from '../view.ts'
import { parseAddress } from '../../config/address.ts'

/** Undefined: there is no such message yet. */
export type FieldsIn = (transaction: Transaction, view: View) => Fields | undefined

/** 1 is the first, -1 the last, 0 all of them. */
function occurrenceOf<T>(values: readonly T[], occurrence: number): readonly T[] | T | undefined {
  return occurrence === 0 ? values : values.at(occurrence > 0 ? occurrence - 1 : occurrence)
}

/** The lines of a name, each as a whole; without a name, of all. */
export function linesOf(fields: Fields, name: string): readonly string[] {
  if (name !== '') return isFieldName(name) ? fields.all(name) : NOTHING
  const lines: string[] = []
  fields.forEachLine((_, value) => lines.push(value))
  return lines
}

/** What commas separate, outside of quotes, as HAProxy has it. */
export function partsOf(fields: Fields, name: string): readonly string[] {
  if (!isFieldName(name)) return NOTHING
  if (name !== '' && fields.get(name)?.includes('"') !== true) return valuesOf(fields, name)
  return linesOf(fields, name).flatMap(unquotedParts)
}

function unquotedParts(line: string): readonly string[] {
  const parts: string[] = []
  let start = 0
  let isQuoted = false
  for (let i = 0; i < line.length; i++) {
    const character = line[i]
    if (character === '\\' && isQuoted) i += 1
    else if (character === '"') isQuoted = !isQuoted
    else if (character === ',' && !isQuoted) {
      parts.push(line.slice(start, i).trim())
      start = i + 1
    }
  }
  return [...parts, line.slice(start).trim()]
}

// RFC 9110 section 5.1. The platform refuses to look for any other.
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/** '' is a name, too: of all. */
export function isFieldName(name: string): boolean {
  return name === '' || NAME.test(name)
}

const NOTHING: readonly string[] = []

type Find = (fields: Fields, name: string) => readonly string[]

/** What `find` finds in the message, each as `read` reads it. */
export function finding(
  fieldsIn: FieldsIn,
  find: Find,
  [name = '', written = '']: readonly string[],
  read?: (text: string) => Value | undefined,
): Fetch {
  const occurrence = Number(written)
  return (transaction, view): Found => {
    const fields = fieldsIn(transaction, view)
    if (!fields) return undefined
    const found = occurrenceOf(find(fields, name), occurrence)
    if (!read || found === undefined) return found
    return typeof found === 'string' ? read(found) : found.map(read)
  }
}

export function counting(fieldsIn: FieldsIn, find: Find, [name = '']: readonly string[]): Fetch {
  return (transaction, view) => {
    const fields = fieldsIn(transaction, view)
    return fields && BigInt(find(fields, name).length)
  }
}

/** Every name as often as it has lines. */
export function naming(fieldsIn: FieldsIn, [between = '']: readonly string[]): Fetch {
  return (transaction, view) => {
    const names: string[] = []
    fieldsIn(transaction, view)?.forEachLine((name) => names.push(name))
    return names.length === 0 ? undefined : names.join(between === '' ? ',' : between)
  }
}

/** Every line as it would stand in HTTP/1, and the empty one behind them. */
export function writing(fieldsIn: FieldsIn): Fetch {
  return (transaction, view) => {
    const fields = fieldsIn(transaction, view)
    if (!fields) return undefined
    let text = ''
    fields.forEachLine((name, value) => void (text += `${name}: ${value}\r\n`))
    return `${text}\r\n`
  }
}

/** As HAProxy's strl2ic reads it: up to the first character above `9`, and one below `0` counts as if it were a digit. */
export function countIn(text: string): bigint {
  const isNegative = text.startsWith('-')
  let count = 0
  for (let i = isNegative ? 1 : 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48
    if (digit > 9) break
    count = (Math.imul(count, 10) + (isNegative ? -digit : digit)) | 0
  }
  return BigInt(count)
}

/** A port may follow an IPv4 address. */
export function ipIn(text: string): Ip | undefined {
  const parsed = parseAddress(text.replace(/^(\d[\d.]*):\d+$/, '$1'))
  return parsed && new Ip(parsed.text)
}

/** The first stands last, because a text takes the last of several. */
export function firstLast<T>(values: readonly T[]): readonly T[] {
  return values.length < 2 ? values : values.toReversed()
}
