// An example of each option: the row's own, else one that its form allows and that is not the default.

import * as v from 'valibot'

import type { Form, Property } from './form.ts'
import type { Model } from './model.ts'

/** Undefined where nothing can be thought up: then the row has to give one. */
export function exampleOf(property: Property, model: Model, depth = 0): unknown {
  if (property.example !== undefined) return property.example
  const fallback = property.row?.defaults.limpet
  return examplesOf(property.form, model, depth).find(
    (each) => JSON.stringify(each) !== JSON.stringify(fallback) && v.is(property.schema, each),
  )
}

/** Conditions hold conditions. */
const DEEPEST = 4
const DURATIONS = ['30s', '5s', '10m', '1s', '500ms', '100ms']
const NUMBERS = [10, 2, 3, 0.5, 503, 100, 1]
/** A name. */
const TEXTS = ['app']

function examplesOf(form: Form, model: Model, depth: number): readonly unknown[] {
  switch (form.kind) {
    case 'boolean':
      return [true, false]
    case 'literals':
      return form.values
    case 'duration':
      return DURATIONS
    case 'number':
      return NUMBERS
    case 'string':
      return TEXTS
    case 'list':
      return examplesOf(form.of, model, depth).map((each) => [each])
    case 'either':
      return form.forms.flatMap((each) => examplesOf(each, model, depth))
    case 'named':
      return depth > DEEPEST ? [] : examplesOf(model.get(form.name)!.form, model, depth + 1)
    case 'object': {
      const needed = form.properties.filter(({ isRequired }) => isRequired)
      const shown = needed.length > 0 ? needed : form.properties.slice(0, 1)
      return [Object.fromEntries(shown.map((property) => [property.key, exampleOf(property, model, depth)]))]
    }
    case 'record':
      return []
  }
}
