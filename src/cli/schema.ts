// `limpet schema`: the configuration's JSON Schema, for editors and for JSON configurations.

import { toJsonSchema } from '@valibot/to-json-schema'

import { limpetSchema } from '../config/options/root.ts'

export function jsonSchema(): string {
  // Checks written as functions cannot be said in JSON Schema; `limpet check` makes them.
  const schema = toJsonSchema(limpetSchema, {
    errorMode: 'ignore',
    target: 'draft-2020-12',
    // `strict` is a loose object that finds every unknown key.
    overrideSchema: ({ valibotSchema, jsonSchema: plain }) =>
      valibotSchema.type === 'loose_object' ? { ...plain, additionalProperties: false } : undefined,
  })
  return `${JSON.stringify({ ...schema, title: 'limpet' }, null, 2)}\n`
}

export function printSchema(): void {
  process.stdout.write(jsonSchema())
}
