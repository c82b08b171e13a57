// The model as a document: docs/configuration.md. What stands above the reference is written by hand, in configuration.md beside this
// file.

import { isDeepStrictEqual } from 'node:util'

import { exampleOf } from './example.ts'
import { codeText, defaultsOf, haproxyText } from './facts.ts'
import type { Form, ObjectForm, Property } from './form.ts'
import { anchor, partTitleOf, titleOf } from './headings.ts'
import type { Model, Part } from './model.ts'
import type { Sentence, Sentences } from './sentences.ts'
import { ARGUMENT_WORDS } from '../src/config/rules/samples/argument.ts'
import type { Takes } from '../src/config/rules/samples/argument.ts'
import { converterRow } from '../src/config/rules/samples/converter-rows.ts'
import type { ConverterName } from '../src/config/rules/samples/converter-rows.ts'
import { fetchRow } from '../src/config/rules/samples/fetch-rows.ts'
import type { FetchName } from '../src/config/rules/samples/fetch-rows.ts'
import { formWords, literalText, oneOf } from './words.ts'

/** `head`: configuration.md with the line `<!-- reference -->` where the options belong. */
export function configurationPage(head: string, model: Model, sentences: Sentences): string {
  const parts = [...model.values()]
  const concepts = parts.filter(({ concept }) => concept !== undefined)
  const grammar = parts.filter(({ concept }) => concept === undefined)
  const reference = [
    contents(concepts, [...grammar, ...SAMPLE_TABLES.map(([name]) => ({ name })), { name: 'arguments' }]),
    ...concepts.map((part) => conceptSection(part, model)),
    '## The language of rules',
    ...grammar.map((part) => grammarSection(part, model)),
    ...SAMPLE_TABLES.map(([title, intro, table, shapes]) =>
      sampleSection(title, intro, sentences.within(table), shapes),
    ),
    argumentSection(),
  ]
  return head.replace('<!-- reference -->', () => reference.join('\n\n'))
}

function contents(concepts: readonly Part[], grammar: readonly { readonly name: string }[]): string {
  const lines = concepts.map((part) => {
    const options = properties(part.form).map(({ key }) => `[${key}](#${anchor(titleOf(part, key))})`)
    return `- [${part.name === 'root' ? 'top' : part.name}](#${anchor(partTitleOf(part))}): ${options.join(' ')}`
  })
  const rules = grammar.map(({ name }) => `[${name}](#${anchor(name)})`)
  return ['## Every option\n', ...lines, `- [The language of rules](#the-language-of-rules): ${rules.join(' ')}`].join(
    '\n',
  )
}

function conceptSection(part: Part, model: Model): string {
  const options = properties(part.form).map((property) => optionSection(property, part, model))
  return [`## ${partTitleOf(part)}`, part.sentence, ...options].join('\n\n')
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
  const { depends, why } = property
  if (depends !== undefined) return depends
  if (defaults.limpet === defaults.haproxy) return codeText(defaults.limpet)
  return `${codeText(defaults.limpet)}, since ${why}; in a haproxy.cfg ${codeText(defaults.haproxy)}`
}

/** A table: what may be written is an object of one key, or of few. What an earlier part has already is only named. */
function grammarSection(part: Part, model: Model): string {
  const earlier = [...model.values()].slice(0, [...model.values()].indexOf(part)).filter(({ concept }) => !concept)
  const objects = objectsIn(part.form).map((object) => ({
    object,
    from: earlier.find(({ form }) => objectsIn(form).some((each) => isDeepStrictEqual(each, object))),
  }))
  const rows = objects
    .filter(({ from }) => !from)
    .flatMap(({ object }) => object.properties.flatMap((property) => grammarRows(property, '', model)))
  const table = ['| | | value | example |', '| --- | --- | --- | --- |', ...new Set(rows)].join('\n')
  const shared = objects.flatMap(({ object, from }) => (from ? object.properties.map(({ key }) => `\`${key}\``) : []))
  const source = objects.find(({ from }) => from)?.from
  return [
    `### ${part.name}`,
    part.sentence,
    ...(objects.length === 0 ? [`${sentenceCase(formWords(part.form, linkTo(model)))}.`] : []),
    ...(rows.length === 0 ? [] : [table]),
    ...(source
      ? [`As for [${source.name}](#${anchor(source.name)}): ${oneOf(shared).replace(/ or (?=[^ ]*$)/, ' and ')}.`]
      : []),
  ].join('\n\n')
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

/** Tables of src/config/rules/samples. */
const SAMPLE_TABLES = [
  [
    'fetches',
    'Where a [sample](#sample) begins: what it takes from the request or, in `responseRules`, from the response. `?` marks an [argument](#arguments) that may be left out or empty, `!` one that may be left out only.',
    'FETCHES',
    (name: string) => ({ name: callOf(name, fetchRow(name as FetchName)), types: fetchRow(name as FetchName).gives }),
  ],
  [
    'converters',
    'What becomes of a sample on its way, each behind a comma. `map(NAME)` and `map(NAME,default)` look it up in one of `maps`; `map_beg`, `map_end`, `map_sub`, `map_dir`, `map_dom`, `map_reg` and `map_ip` compare it otherwise.',
    'CONVERTERS',
    (name: string) => {
      const row = converterRow(name as ConverterName)
      return { name: callOf(name, row), types: `${row.from} → ${row.gives}` }
    },
  ],
] as const

function sampleSection(
  title: string,
  intro: string,
  keys: ReadonlyMap<string, Sentence | undefined>,
  shapeOf: (name: string) => { readonly name: string; readonly types: string },
): string {
  const rows = [...keys].map(([key, sentence]) => {
    const { name, types } = shapeOf(key)
    return `| \`${name}\` | ${types} | ${sentence?.text ?? ''} |`
  })
  return [`### ${title}`, intro, ['| | type | |', '| --- | --- | --- |', ...rows].join('\n')].join('\n\n')
}

function argumentSection(): string {
  const rows = Object.entries(ARGUMENT_WORDS).map(([kind, words]) => `| \`${kind}\` | ${words} |`)
  return [
    '### arguments',
    'What stands in the parentheses of fetches and converters.',
    ['| | |', '| --- | --- |', ...rows].join('\n'),
  ].join('\n\n')
}

/** `req.hdr(any?,occurrence?)`. */
function callOf(name: string, { takes }: { readonly takes: Takes }): string {
  return takes.length === 0 ? name : `${name}(${takes.join(', ')})`
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
    const part = model.get(type)!
    return `[${part.name}](#${anchor(partTitleOf(part))})`
  }
}

function sentenceCase(text: string): string {
  return text[0]!.toUpperCase() + text.slice(1)
}
