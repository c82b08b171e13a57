// Samples and texts made of them, compiled once. HAProxy: configuration manual 7.3.

import type { Sample } from '../config/rules/samples/sample.ts'
import type { Template } from '../config/rules/samples/template.ts'
import type { Fetch, Tools } from './tools.ts'
import type { Transaction } from './transaction.ts'
import { lastOf, listOf, toBytes, toText } from './values.ts'
import type { Value } from './values.ts'
import type { View } from './view.ts'

export function compileSample({ fetch, arguments: given, converters }: Sample, tools: Tools): Fetch {
  const make = tools.fetches[fetch] ?? missing(fetch)
  let found = make(given, tools)
  for (const converter of converters) {
    const before = found
    const convert = (tools.converters[converter.name] ?? missing(converter.name))(converter.arguments, tools)
    found = (transaction, view) => {
      const input = before(transaction, view)
      if (input === undefined) return undefined
      if (!Array.isArray(input)) return convert(input as Value, transaction, view)
      return (input as readonly (Value | undefined)[]).map((value) =>
        value === undefined ? undefined : convert(value, transaction, view),
      )
    }
  }
  return found
}

function missing(name: string): never {
  throw new TypeError(`this Worker was built without '${name}'`)
}

/** The one value that a text gets; undefined: there is none. */
export type TextOf = (transaction: Transaction, view: View) => string | undefined

/** The last of several, as in HAProxy. */
export function compileText(sample: Sample, tools: Tools): TextOf {
  const found = compileSample(sample, tools)
  return (transaction, view) => {
    const value = lastOf(found(transaction, view))
    return value === undefined ? undefined : toText(value)
  }
}

/** As a text of one character for each byte. */
export function compileBytes(sample: Sample, tools: Tools): TextOf {
  const found = compileSample(sample, tools)
  return (transaction, view) => {
    const value = lastOf(found(transaction, view))
    return value === undefined ? undefined : toBytes(value)
  }
}

export function compileTexts(
  sample: Sample,
  tools: Tools,
): (transaction: Transaction, view: View) => readonly string[] {
  const found = compileSample(sample, tools)
  return (transaction, view) => listOf(found(transaction, view)).map(toText)
}

/** Control characters are encoded. */
export function compileTemplate(template: Template, tools: Tools): (transaction: Transaction, view: View) => string {
  const parts = template.map((part) => (typeof part === 'string' ? part : compileText(part, tools)))
  const [only = ''] = parts
  if (parts.length <= 1 && typeof only === 'string') return () => only
  return (transaction, view) => {
    let text = ''
    for (const part of parts) text += typeof part === 'string' ? part : printable(part(transaction, view) ?? '')
    return text
  }
}

/** Encodes what no header can contain but a client can send through url_dec: `%0D%0A`, as HAProxy writes it. A tab may stay. */
export function printable(value: string): string {
  return CONTROL.test(value) ? value.replaceAll(CONTROLS, percentEncoded) : value
}

// eslint-disable-next-line no-control-regex -- control characters are what must be found
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/
const CONTROLS = new RegExp(CONTROL.source, 'g')

export function percentEncoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}
