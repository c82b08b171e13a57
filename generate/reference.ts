// The model as a document: docs/configuration.md. What stands above the reference is written by hand, in configuration.md beside this
// file.

import { exampleOf } from './example.ts'
import { defaultsOf, haproxyText } from './facts.ts'
import type { Form, ObjectForm, Property } from './form.ts'
import { anchor, titleOf } from './headings.ts'
import type { Model, Part } from './model.ts'
import { formWords, literalText } from './words.ts'

/** `head`: configuration.md with the line `<!-- reference -->` where the options belong. */
export function configurationPage(head: string, model: Model): string {
  const parts = [...model.values()]
  const concepts = parts.filter(({ concept }) => concept !== undefined)
  const grammar = parts.filter(({ concept }) => concept === undefined)
  const reference = [
    contents(concepts, grammar),
    ...concepts.map((part) => conceptSection(part, model)),
    '## The language of rules',
    ...grammar.map((part) => grammarSection(part, model)),
  ]
  return head.replace('<!-- reference -->', () => reference.join('\n\n'))
}

function contents(concepts: readonly Part[], grammar: readonly Part[]): string {
  const lines = concepts.map((part) => {
    const options = properties(part.form).map(({ key }) => `[${key}](#${anchor(titleOf(part, key))})`)
    return `- [${part.name}](#${anchor(part.name)}): ${options.join(' ')}`
  })
  const rules = grammar.map(({ name }) => `[${name}](#${anchor(name)})`)
  return ['## Every option', ...lines, `- [The language of rules](#the-language-of-rules): ${rules.join(' ')}`].join(
    '\n',
  )
}

function conceptSection(part: Part, model: Model): string {
  const options = properties(part.form).map((property) => optionSection(property, part, model))
  return [`## ${part.name}`, part.sentence, ...options].join('\n\n')
}

function optionSection(property: Property, part: Part, model: Model): string {
  const haproxy = haproxyText(property)
  const facts = [
    `Value: ${formWords(property.form, linkTo(model))}`,
    `Default: ${defaultLine(property)}`,
    ...(haproxy === undefined ? [] : [`HAProxy: ${haproxy}`]),
    `Example: \`${exampleText(property, model)}\``,
  ]
  return `### ${titleOf(part, property.key)}\n\n${property.sentence}\n\n${facts.map((fact) => `- ${fact}`).join('\n')}`
}

function defaultLine(property: Property): string {
  const defaults = defaultsOf(property)
  if (property.isRequired) return 'none, it has to be written'
  if (!defaults) return 'none'
  const { depends, why } = property.row!
  if (depends !== undefined) return depends
  const code = (text: string) => (text === 'none' ? text : `\`${text}\``)
  if (defaults.limpet === defaults.haproxy) return code(defaults.limpet)
  return `${code(defaults.limpet)}, since ${why}; in a haproxy.cfg ${code(defaults.haproxy)}`
}

/** A table: what may be written is an object of one key, or of few. */
function grammarSection(part: Part, model: Model): string {
  const objects = objectsIn(part.form)
  const rows = objects.flatMap((object) => object.properties.flatMap((property) => grammarRows(property, '', model)))
  const table =
    rows.length === 0
      ? [`${sentenceCase(formWords(part.form, linkTo(model)))}.`]
      : [['| | | value | example |', '| --- | --- | --- | --- |', ...new Set(rows)].join('\n')]
  return [`### ${part.name}`, part.sentence, ...table].join('\n\n')
}

function grammarRows(property: Property, before: string, model: Model): readonly string[] {
  const name = before + property.key
  const cells = [
    `\`${name}\``,
    property.sentence,
    formWords(property.form, linkTo(model)),
    `\`${exampleText(property, model)}\``,
  ]
  const inner = objectsIn(property.form).flatMap((object) => object.properties)
  return [
    `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`,
    ...inner.flatMap((each) => grammarRows(each, `${name}.`, model)),
  ]
}

/** The objects that a form may be, as they stand in it. */
function objectsIn(form: Form): readonly ObjectForm[] {
  if (form.kind === 'object') return [form]
  if (form.kind === 'either') return form.forms.flatMap(objectsIn)
  if (form.kind === 'list') return objectsIn(form.of)
  return form.kind === 'record' ? objectsIn(form.value) : []
}

function properties(form: Form): readonly Property[] {
  return form.kind === 'object' ? form.properties : []
}

function exampleText(property: Property, model: Model): string {
  return `${property.key}: ${literalText(exampleOf(property, model))}`
}

function linkTo(model: Model) {
  return (type: string) => {
    const { name } = model.get(type)!
    return `[${name}](#${anchor(name)})`
  }
}

function sentenceCase(text: string): string {
  return text[0]!.toUpperCase() + text.slice(1)
}
