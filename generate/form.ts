// The form of what may be written, read from a valibot schema: what types, the JSON Schema and the reference are printed from.

import type * as v from 'valibot'

import type { Option, Options } from '../src/config/option.ts'
import type { Place, Sentences } from './sentences.ts'

export type Literal = string | number | boolean

/** `words`: what is allowed, as messages say it. */
export type Form =
  | { readonly kind: 'boolean' }
  | { readonly kind: 'literals'; readonly values: readonly Literal[] }
  | {
      readonly kind: 'number'
      readonly isWhole: boolean
      readonly min?: number
      readonly max?: number
      readonly words: string
    }
  | {
      readonly kind: 'string'
      /** A type of template literals, which is written by hand. */
      readonly type?: string
      readonly pattern?: RegExp
      readonly minLength?: number
      readonly maxLength?: number
      readonly words: string
    }
  | { readonly kind: 'duration'; readonly minMs: number; readonly maxMs: number }
  | { readonly kind: 'list'; readonly of: Form }
  | { readonly kind: 'record'; readonly key: Form; readonly value: Form; readonly words: string }
  | ObjectForm
  | { readonly kind: 'either'; readonly forms: readonly Form[]; readonly words: string }
  /** A form with a name: a concept, or a part of the rules' language. */
  | { readonly kind: 'named'; readonly name: string }

export interface ObjectForm {
  readonly kind: 'object'
  readonly properties: readonly Property[]
}

export interface Property {
  readonly key: string
  /** Empty where there is none: a test finds it. */
  readonly sentence: string
  /** What the source gives as an example. */
  readonly example: unknown
  /** What its default depends on. */
  readonly depends: string | undefined
  /** What Limpet gains by another default than HAProxy's. */
  readonly why: string | undefined
  readonly form: Form
  readonly isRequired: boolean
  /** Undefined where an object is not made of rows. */
  readonly row: Option | undefined
  /** The concept that the row belongs to: its rows may be spread into others. Empty without a row. */
  readonly home: string
  /** What may be written, as valibot tests it. */
  readonly schema: v.GenericSchema
}

/** What a schema does not know of itself. */
export interface Surroundings {
  /** The name of a form that has one. */
  readonly nameOf: (schema: v.GenericSchema) => string | undefined
  readonly sentences: Sentences
  readonly homeOf: (row: Option) => string
  /** The type of a text that has one of its own. */
  readonly typeOf: (schema: v.GenericSchema) => string | undefined
}

/** What is read of any schema of valibot's. */
interface Schema extends v.GenericSchema {
  readonly entries?: Readonly<Record<string, Schema>>
  readonly rows?: Options
  readonly wrapped?: Schema
  readonly options?: readonly (Schema | Literal)[]
  readonly literal?: Literal
  readonly item?: Schema
  readonly key?: Schema
  readonly value?: Schema
  readonly getter?: (input: unknown) => Schema
  readonly pipe?: readonly { readonly type: string; readonly requirement?: unknown; readonly message?: unknown }[]
  readonly message?: unknown
  readonly limitsMs?: readonly [number, number]
}

export function readForm(schema: v.GenericSchema, surroundings: Surroundings, place: Place): Form {
  const name = surroundings.nameOf(schema)
  return name === undefined ? readUnnamed(schema, surroundings, place) : { kind: 'named', name }
}

export function readUnnamed(generic: v.GenericSchema, surroundings: Surroundings, place: Place): Form {
  const schema = generic as Schema
  const read = (inner: Schema) => readForm(inner, surroundings, place)
  if (schema.limitsMs) return { kind: 'duration', minMs: schema.limitsMs[0], maxMs: schema.limitsMs[1] }
  switch (schema.type) {
    case 'boolean':
      return { kind: 'boolean' }
    case 'literal':
      return { kind: 'literals', values: [schema.literal!] }
    case 'picklist':
      return { kind: 'literals', values: schema.options as readonly Literal[] }
    case 'number':
      return {
        kind: 'number',
        isWhole: hasAction(schema, 'integer'),
        ...pick(schema, { min_value: 'min', max_value: 'max' }),
        words: wordsOf(schema),
      }
    case 'string':
      return {
        kind: 'string',
        ...named(surroundings.typeOf(schema)),
        ...pick(schema, { regex: 'pattern', min_length: 'minLength', max_length: 'maxLength' }),
        ...(hasAction(schema, 'non_empty') ? { minLength: 1 } : {}),
        words: wordsOf(schema),
      }
    case 'array':
      return { kind: 'list', of: read(schema.item!) }
    case 'record':
      return { kind: 'record', key: read(schema.key!), value: read(schema.value!), words: wordsOf(schema) }
    case 'optional':
      return read(schema.wrapped!)
    case 'lazy':
      return read(schema.getter!(undefined))
    case 'union':
      return { kind: 'either', forms: (schema.options as readonly Schema[]).map(read), words: wordsOf(schema) }
    case 'object':
    case 'strict_object':
      return { kind: 'object', properties: propertiesOf(schema, surroundings, place) }
    default:
      throw new Error(`no form is known for valibot's ${schema.type}`)
  }
}

function propertiesOf({ entries = {}, rows }: Schema, surroundings: Surroundings, place: Place): readonly Property[] {
  const sentences = surroundings.sentences.ofKeys(Object.keys(entries), place)
  return Object.entries(entries).map(([key, entry]) => {
    const schema = entry.type === 'optional' ? entry.wrapped! : entry
    const row = rows?.[key]
    return {
      key,
      sentence: sentences.get(key)?.text ?? '',
      example: sentences.get(key)?.example,
      depends: sentences.get(key)?.depends,
      why: sentences.get(key)?.why,
      form: readForm(schema, surroundings, { under: key }),
      isRequired: schema === entry,
      row,
      home: row ? surroundings.homeOf(row) : '',
      schema,
    }
  })
}

function hasAction(schema: Schema, type: string): boolean {
  return schema.pipe?.some((action) => action.type === type) ?? false
}

function pick(schema: Schema, names: Readonly<Record<string, string>>): object {
  return Object.fromEntries(
    (schema.pipe ?? []).flatMap(({ type, requirement }) => (names[type] ? [[names[type], requirement]] : [])),
  )
}

/** From its messages, the last of which says most: "must be a domain name" allows a domain name. */
function wordsOf({ pipe = [], message }: Schema): string {
  const messages = [message, ...pipe.map((action) => action.message)].filter((each) => typeof each === 'string')
  return (messages.at(-1) ?? '').replace(/^must be (?!empty)/, '')
}

function named(type: string | undefined): { readonly type?: string } {
  return type === undefined ? {} : { type }
}
