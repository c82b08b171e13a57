// Reads the words of a line of a haproxy.cfg by the rows of its concept: which words there are, and what follows each of them,
// is in the rows. Whether a value is allowed is left to validation, which names the line, too.

import type * as v from 'valibot'

import { nearest } from '../nearest.ts'
import type { Option, Options, Word } from '../option.ts'
import { failed, unsupported } from './line-status.ts'
import type { Outcome } from './line-status.ts'
import { parseTime } from './time.ts'

/** A word that is no option: what becomes of the line, given the word that follows it where it takes one. */
export interface OtherWord {
  readonly takes: 0 | 1
  readonly outcome: (value: string) => Outcome
}

export interface LineKind<R extends Options> {
  /** For messages: `server`. */
  readonly name: string
  readonly rows: R
  readonly words: ReadonlyMap<string, Meaning | OtherWord>
  readonly names: readonly string[]
}

export interface ReadLine<R extends Options> {
  /** What the words say. Undefined: taken back, such as by `no-backup`. */
  readonly values: LineValues<R>
  /** One for each word that is wrong, or no option. */
  readonly outcomes: readonly Outcome[]
}

export type LineValues<R extends Options> = { readonly [K in keyof R]?: v.InferInput<R[K]['shape']> | undefined }

interface Meaning {
  readonly key: string
  readonly option: Option
  readonly word: Word
  readonly isUndo: boolean
}

export function lineKind<const R extends Options>(
  name: string,
  rows: R,
  others: Readonly<Record<string, OtherWord>> = {},
): LineKind<R> {
  const words = new Map<string, Meaning | OtherWord>(Object.entries(others))
  for (const [key, option] of Object.entries(rows)) {
    for (const written of [option.word ?? []].flat()) {
      const word: Word = typeof written === 'string' ? { word: written } : written
      words.set(word.word, { key, option, word, isUndo: false })
      if (word.undoneBy !== undefined) words.set(word.undoneBy, { key, option, word, isUndo: true })
    }
  }
  return { name, rows, words, names: [...words.keys()] }
}

/** `words`: the last ones of a line. */
export function readLine<R extends Options>(
  { name, words: known, names }: LineKind<R>,
  words: readonly string[],
): ReadLine<R> {
  const values: Record<string, unknown> = {}
  const outcomes: Outcome[] = []
  const saidBy = new Map<string, string>()
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    const meaning = known.get(word)
    const fromEnd = words.length - i
    const add = (outcome: Outcome) => outcomes.push({ fromEnd, ...outcome })
    if (meaning === undefined) add(failed(unknownWord(`${name} option`, word, names)))
    else if ('takes' in meaning) {
      const value = meaning.takes === 1 ? words[++i] : ''
      add(value === undefined ? failed(`${word} needs a value`) : meaning.outcome(value))
    } else if (meaning.isUndo) values[meaning.key] = undefined
    else {
      const { key, option } = meaning
      const value = isFlag(meaning) ? (meaning.word.means ?? true) : argumentOf(meaning, words[++i])
      const before = saidBy.get(key)
      if (isProblem(value)) add(failed(`${word} ${value.problem}`))
      else if (before !== undefined && values[key] !== value) {
        add(failed(`${before} and ${word} are incompatible`))
      } else values[key] = isList(option.shape) ? [...((values[key] as unknown[] | undefined) ?? []), value] : value
      if (meaning.word.means !== undefined) saidBy.set(key, word)
    }
  }
  return { values: values as LineValues<R>, outcomes }
}

/** Of what a line says, that of these rows, in their order. */
export function valuesFor<R extends Options>(
  rows: R,
  values: Readonly<Record<string, unknown>>,
): { [K in keyof R]?: v.InferInput<R[K]['shape']> } {
  const written = Object.keys(rows).filter((key) => values[key] !== undefined)
  return Object.fromEntries(written.map((key) => [key, values[key]])) as ReturnType<typeof valuesFor<R>>
}

/** A word that is not available: HAProxy's own can be left out, a typing error cannot. `words`: all that HAProxy 2.6 has there. */
export function unavailable(name: string, word: string, words: readonly string[], message: string): Outcome {
  return words.includes(word) ? unsupported(message) : failed(unknownWord(name, word, words))
}

/** What a `name` that nobody knows is told. */
export function unknownWord(name: string, word: string, known: readonly string[]): string {
  if (word === '') return `${name} missing`
  const near = nearest(word, known)
  return near
    ? `unknown ${name} '${word}'; did you mean '${near}'?`
    : `HAProxy 2.6 has no ${name} '${word}': correct it, or remove it`
}

function isFlag({ option, word }: Meaning): boolean {
  return word.means !== undefined || option.shape.type === 'boolean'
}

interface Problem {
  readonly problem: string
}

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'problem' in value
}

/** The value of the word that follows; undefined: it stands for nothing. */
function argumentOf({ option, word }: Meaning, text: string | undefined): unknown {
  const { shape, unit } = option
  if (text !== undefined && text === word.none) return undefined
  const found = text === undefined ? '' : ` (found '${text}')`
  if (unit !== undefined) return parseTime(text, word.unit) ?? { problem: `needs a time such as 2s${found}` }
  if (shape.type === 'number')
    return /^\d+$/.test(text ?? '') ? Number(text) : { problem: `needs a whole number${found}` }
  if (shape.type === 'picklist') {
    const allowed = (shape as v.GenericSchema & { options: readonly unknown[] }).options
    if (allowed.includes(text)) return text
    return { problem: `needs ${allowed.length > 1 ? 'one of: ' : ''}${allowed.join(', ')}${found}` }
  }
  return text ?? { problem: 'needs a value' }
}

function isList(shape: v.GenericSchema): boolean {
  if (shape.type === 'array') return true
  return 'options' in shape && Array.isArray(shape.options) && shape.options.some((each) => each?.type === 'array')
}
