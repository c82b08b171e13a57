// A form in words of Markdown: what may be written, for the reference and for hover text.

import { durationText } from '../src/config/duration.ts'
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
      return `an object of ${plural(formWords(form.value, link), form.value)} by ${keyWords(form.key)}`
    case 'object':
      return `\`{ ${form.properties.map(({ key }) => key).join(', ')} }\``
    case 'named':
      return link(form.name)
    case 'either':
      return eitherWords(form, link)
  }
}

function eitherWords({ forms }: Extract<Form, { kind: 'either' }>, link: (name: string) => string): string {
  const [first, second] = forms
  if (forms.length === 2 && second!.kind === 'list' && JSON.stringify(second!.of) === JSON.stringify(first)) {
    return `${formWords(first!, link)}, or a list of them`
  }
  const parts = forms.flatMap((form) =>
    form.kind === 'boolean'
      ? ['`true`', '`false`']
      : form.kind === 'literals'
        ? form.values.map((value) => `\`${literalText(value)}\``)
        : [formWords(form, link)],
  )
  return oneOf([...new Set(parts)])
}

function stringWords(words: string): string {
  const reason = /^would break (?:a|the) header: (.*)$/.exec(words)?.[1]
  if (reason !== undefined) return `text: ${reason}`
  if (['', 'a string', 'must not be empty'].includes(words)) return 'text'
  return /^(?:may|must|needs) /.test(words) ? `text that ${words}` : words
}

function keyWords(form: Form): string {
  return form.kind === 'string' && !['', 'text'].includes(form.words) ? stringWords(form.words).replace(/^an? /, '') : 'name'
}

function plural(words: string, form: Form): string {
  if (form.kind === 'literals' || form.kind === 'either' || form.kind === 'object' || form.kind === 'string') return words
  return form.kind === 'named' ? words : words.replace(/^an? /, '')
}

function durationRange(minMs: number, maxMs: number): string {
  const least = durationText(minMs)
  if (maxMs >= UNBOUNDED_MS) return minMs === 0 ? 'any length' : `at least ${least}`
  return minMs === 0 ? `at most ${durationText(maxMs)}` : `${least} to ${durationText(maxMs)}`
}

/** As TypeScript writes a value. */
export function literalText(value: unknown): string {
  if (typeof value === 'string') return value.includes("'") ? JSON.stringify(value) : `'${value.replaceAll('\\', '\\\\')}'`
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
