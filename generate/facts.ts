// What types, JSON Schema and reference say of an option besides its sentence.

import type { Form, Property } from './form.ts'
import { lineOf, sectionOf, wordsOf } from './haproxy-words.ts'
import { formWords, literalText } from './words.ts'

export interface Defaults {
  readonly limpet: string
  readonly haproxy: string
}

/** The default of each profile, in words; undefined where there is none to speak of. */
export function defaultsOf({ row, depends, isRequired }: Property): Defaults | undefined {
  if (!row || isRequired) return undefined
  if (depends !== undefined) return { limpet: depends, haproxy: depends }
  return { limpet: valueText(row.defaults.limpet), haproxy: valueText(row.defaults.haproxy) }
}

function valueText(value: unknown): string {
  const isNothing = value === null || value === undefined || value === ''
  const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0
  return isNothing || isEmpty ? 'none' : literalText(value)
}

/** `cookie … httponly` (4.2); undefined where HAProxy has no word for it. */
export function haproxyText({ row, home }: Property): string | undefined {
  if (!row || wordsOf(row).length === 0) return undefined
  return wordsOf(row)
    .map((word) => `\`${lineOf(word, home)}\` (${sectionOf(word.word, home)})`)
    .join(', ')
}

/** In Markdown. */
export function codeText(value: string): string {
  return value === 'none' ? value : `\`${value}\``
}

/** `true (haproxy.cfg: false)`. */
export function defaultText({ limpet, haproxy }: Defaults): string {
  return limpet === haproxy ? limpet : `${limpet} (haproxy.cfg: ${haproxy})`
}

/** In editors, a line each: the sentence, what the type does not say, HAProxy's word. */
export function details(property: Property): readonly string[] {
  const { sentence, form } = property
  const limits = hasLimits(form) ? `Value: ${formWords(form, (name) => `\`${name}\``)}` : undefined
  const haproxy = haproxyText(property)
  return [sentence, limits, haproxy === undefined ? undefined : `HAProxy: ${haproxy}`].filter(
    (line) => line !== undefined,
  )
}

/** Whether a type alone does not say what is allowed. */
export function hasLimits(form: Form): boolean {
  switch (form.kind) {
    case 'number':
    case 'duration':
      return true
    case 'string':
      return !['', 'a string', 'must not be empty'].includes(form.words)
    case 'list':
      return hasLimits(form.of)
    case 'record':
      return hasLimits(form.key) || hasLimits(form.value)
    case 'either':
      return form.forms.some(hasLimits)
    default:
      return false
  }
}
