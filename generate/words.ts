// A form in words of Markdown: what may be written, for the reference and for hover text.

import { durationText } from '../src/config/duration.ts'
import { SAMPLE_TEXT } from '../src/config/rules/samples/sample.ts'
import type { Form } from './form.ts'

/** The greatest duration that a timer can wait, which no reader needs to be told of. */
const UNBOUNDED_MS = 2_147_483_647

/** `link`: a named form's name, perhaps as a link. */
export function formWords(form: Form, link: (name: string) => string): string {
  switch (form.kind) {
    case 'boolean':
      return '`true` or `false`'
    case 'literals':
      return oneOf(form.values.map((value) => `\`${literalText(value)}\``))
    case 'duration':
      return `a duration of ${durationRange(form.minMs, form.maxMs)}`
    case 'number':
      return form.words
    case 'string':
      return stringWords(form.words)
    case 'list':
      return `a list of ${plural(formWords(form.of, link), form.of)}`
    case 'record':
      return form.words
    case 'object':
      return `\`{ ${form.properties.map(({ key }) => key).join(', ')} }\``
    case 'named':
      return link(form.name)
    case 'either':
      return eitherWords(form, link)
  }
}

function eitherWords({ forms, words }: Extract<Form, { kind: 'either' }>, link: (name: string) => string): string {
  const [first, second] = forms
  if (forms.length === 2 && second!.kind === 'list' && JSON.stringify(second!.of) === JSON.stringify(first)) {
    const one = formWords(first!, link)
    return one === 'text' ? words : `${one}, or a list of them`
  }
  if (forms.every(({ kind }) => kind === 'string' || kind === 'number')) return words
  const parts = forms.flatMap((form) =>
    form.kind === 'boolean'
      ? ['`true`', '`false`']
      : form.kind === 'literals'
        ? form.values.map((value) => `\`${literalText(value)}\``)
        : [formWords(form, link)],
  )
  return oneOf([...new Set(parts)])
}

/** From what a message says: "must be a domain name" has lost its "must be" already. */
function stringWords(message: string): string {
  const words = message
    .replace(SAMPLE_TEXT, 'a sample')
    .replaceAll(/<(\w+)>/g, (_, name: string) => name.toUpperCase())
    .replace(TOKEN_CHARACTERS, `\`\` ${TOKEN_CHARACTERS} \`\``)
  if (['', 'a string', 'must not be empty'].includes(words)) return 'text'
  const reason = /^would break (?:a|the) header: (.*)$/.exec(words)?.[1]
  if (reason !== undefined) return `text: ${reason}`
  return words
    .replace(/^may have /, '')
    .replace(/^must have (at most)/, 'text of $1')
    .replace(/^(?=(?:may|must|needs) )/, 'text that ')
}

const TOKEN_CHARACTERS = "!#$%&'*+-.^_`|~"

function plural(words: string, form: Form): string {
  if (form.kind === 'literals' || form.kind === 'either' || form.kind === 'object' || form.kind === 'string')
    return words
  return form.kind === 'named' ? words : words.replace(/^an? /, '')
}

function durationRange(minMs: number, maxMs: number): string {
  const least = durationText(minMs)
  if (maxMs >= UNBOUNDED_MS) return minMs === 0 ? 'any length' : `at least ${least}`
  return minMs === 0 ? `at most ${durationText(maxMs)}` : `${least} to ${durationText(maxMs)}`
}

/** As TypeScript writes a value. */
export function literalText(value: unknown): string {
  if (typeof value === 'string')
    return value.includes("'") ? JSON.stringify(value) : `'${value.replaceAll('\\', '\\\\')}'`
  if (Array.isArray(value)) return `[${value.map(literalText).join(', ')}]`
  if (typeof value !== 'object' || value === null) return String(value)
  const entries = Object.entries(value).map(([key, inner]) => {
    const name = /^[A-Za-z_$][\w$]*$/.test(key) ? key : literalText(key)
    return `${name}: ${literalText(inner)}`
  })
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`
}

export function oneOf(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} or ${parts.at(-1)}`
}
