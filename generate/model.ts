// All that is known of what may be written, in the order in which an operator meets it: forms from the schemas, sentences from the
// source, defaults and HAProxy's words from the rows.

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { GenericSchema } from 'valibot'

import { objectOf } from '../src/config/option.ts'
import { GRAMMAR, readConcepts, TEXT_TYPES } from './concepts.ts'
import type { Concept } from './concepts.ts'
import { readUnnamed } from './form.ts'
import type { Form } from './form.ts'
import { ROOT } from './root.ts'
import { readSentences } from './sentences.ts'
import type { Sentences } from './sentences.ts'

/** A concept, or a part of the rules' language. */
export interface Part {
  /** As types call it: `ServerInput`. */
  readonly type: string
  /** As JSON Schema and the reference call it: `server`. */
  readonly name: string
  readonly sentence: string
  readonly form: Form
  /** Undefined for a part of the rules' language. */
  readonly concept: Concept | undefined
}

export type Model = ReadonlyMap<string, Part>

/** Of all files that have options, or the rules' language. */
export function readAllSentences(): Sentences {
  return readSentences(sourceFiles())
}

export async function readModel(): Promise<Model> {
  const concepts = await readConcepts()
  const byRows = new Map<unknown, Concept>(concepts.map((concept) => [concept.rows, concept]))
  const bySchema = new Map<GenericSchema, string>(GRAMMAR.map(({ schema, type }) => [schema, type]))
  const rowsOf = (schema: GenericSchema) => (schema as { rows?: unknown }).rows
  const nameOf = (schema: GenericSchema) => bySchema.get(schema) ?? byRows.get(rowsOf(schema))?.type
  const sentences = readAllSentences()

  // The fewest rows are where a row was written; where there are more it is spread.
  const fewestLast = concepts.toSorted((a, b) => Object.keys(b.rows).length - Object.keys(a.rows).length)
  const homes = new Map(fewestLast.flatMap(({ name, rows }) => Object.values(rows).map((row) => [row, name] as const)))

  const schemas = new Map<string, GenericSchema>([
    ...concepts.map(({ type, rows }) => [type, objectOf(rows)] as const),
    ...GRAMMAR.map(({ type, schema }) => [type, schema] as const),
  ])
  const parts = new Map<string, Part>()
  const add = (type: string, usedFor: string) => {
    if (parts.has(type)) return
    const concept = concepts.find((each) => each.type === type)
    const constant = concept ? `${concept.name}Options` : GRAMMAR.find((each) => each.type === type)?.constant
    const form = readUnnamed(
      schemas.get(type)!,
      { nameOf, sentences, homeOf: (row) => homes.get(row)!, typeOf: (schema) => TEXT_TYPES.get(schema) },
      { constant },
    )
    const sentence = (constant && sentences.ofConstant(constant)?.text) ?? usedFor
    parts.set(type, { type, name: constant?.replace(/Options$/, '') ?? 'root', sentence, form, concept })
    for (const [named, use] of namesIn(form, sentence)) add(named, use)
  }
  add('LimpetConfig', 'What may be written in limpet.config.ts, or in a JSON file.')
  return parts
}

/** Each name in a form, with what it is used for. */
function namesIn(form: Form, use: string): readonly (readonly [string, string])[] {
  switch (form.kind) {
    case 'named':
      return [[form.name, use]]
    case 'list':
      return namesIn(form.of, use)
    case 'record':
      return namesIn(form.value, use)
    case 'either':
      return form.forms.flatMap((each) => namesIn(each, use))
    case 'object':
      return form.properties.flatMap((property) => namesIn(property.form, property.sentence))
    default:
      return []
  }
}

function sourceFiles(): ReadonlyMap<string, string> {
  const files = globSync('src/config/{options,rules,rules/samples}/*.ts', { cwd: ROOT }).toSorted()
  return new Map(
    files
      .filter((file) => !file.endsWith('.test.ts') && !file.endsWith('/input.ts'))
      .map((file) => [file, readFileSync(join(ROOT, file), 'utf8')]),
  )
}
