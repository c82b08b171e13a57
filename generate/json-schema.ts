// The model as JSON Schema: limpet.schema.json, for editors and for JSON configurations. What only a function can check is in no
// schema; `limpet check` checks it.

import { exampleOf } from './example.ts'
import { defaultsOf, defaultText, details } from './facts.ts'
import type { Form, Property } from './form.ts'
import type { Model, Part } from './model.ts'

type Json = Readonly<Record<string, unknown>>

const DURATION_PATTERN = String.raw`^\d+(\.\d+)?(us|ms|s|m|h|d)$`

export function jsonSchema(model: Model): string {
  const [root, ...others] = [...model.values()]
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'limpet',
    description: root!.sentence,
    ...schemaOf(root!.form, root!, model),
    $defs: Object.fromEntries(
      others.map((part) => [part.name, { description: part.sentence, ...schemaOf(part.form, part, model) }]),
    ),
  }
  return `${JSON.stringify(schema, null, 2)}\n`
}

function schemaOf(form: Form, part: Part, model: Model): Json {
  switch (form.kind) {
    case 'boolean':
      return { type: 'boolean' }
    case 'literals':
      return { enum: form.values }
    case 'duration':
      return {
        anyOf: [
          { type: 'string', pattern: DURATION_PATTERN },
          { type: 'number', minimum: form.minMs, maximum: form.maxMs },
        ],
      }
    case 'number':
      return without({ type: form.isWhole ? 'integer' : 'number', minimum: form.min, maximum: form.max })
    case 'string':
      return without({
        type: 'string',
        pattern: form.pattern?.source,
        minLength: form.minLength,
        maxLength: form.maxLength,
      })
    case 'list':
      return { type: 'array', items: schemaOf(form.of, part, model) }
    case 'record':
      return {
        type: 'object',
        propertyNames: schemaOf(form.key, part, model),
        additionalProperties: schemaOf(form.value, part, model),
      }
    case 'either':
      return { anyOf: form.forms.map((each) => schemaOf(each, part, model)) }
    case 'named':
      return { $ref: `#/$defs/${model.get(form.name)!.name}` }
    case 'object': {
      const required = form.properties.filter(({ isRequired }) => isRequired).map(({ key }) => key)
      return {
        type: 'object',
        properties: Object.fromEntries(
          form.properties.map((property) => [property.key, propertySchema(property, part, model)]),
        ),
        ...(required.length > 0 ? { required } : {}),
        additionalProperties: false,
      }
    }
  }
}

function propertySchema(property: Property, part: Part, model: Model): Json {
  const constant = property.row?.defaults.limpet ?? undefined
  const defaults = defaultsOf(property)
  const isSaid = defaults === undefined || (constant !== undefined && defaults.limpet === defaults.haproxy)
  const lines = [...details(property), ...(isSaid ? [] : [`Default: ${defaultText(defaults)}`])]
  return without({
    description: lines.join('\n'),
    ...schemaOf(property.form, part, model),
    default: constant,
    examples: [exampleOf(property, model)].filter((each) => each !== undefined),
  })
}

function without(schema: Json): Json {
  return Object.fromEntries(Object.entries(schema).filter(([, value]) => value !== undefined))
}
