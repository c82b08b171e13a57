// Words of a haproxy.cfg that are looked up in a table, place by place: what becomes of a line with each, and what a word is
// told that HAProxy 2.6 does not have.

import { failed, unsupported } from './line-status.ts'
import type { Outcome } from './line-status.ts'
import { unknownWord } from './read-line.ts'

/** Undefined: the line's own code decides. */
type Effect = Outcome | undefined

export interface WordTable {
  /** For messages: `global keyword`. */
  readonly name: string
  readonly words: readonly string[]
  readonly effects: ReadonlyMap<string, Effect>
  /** Words that 2.6 does not have, and a version that does. */
  readonly newer: ReadonlyMap<string, string>
}

export interface Row {
  readonly words: readonly string[]
  readonly effect: Effect
  readonly version?: string
}

/** `words`: with blanks between them. Undefined `effect`: the line's own code decides. */
export function row(words: string, effect?: Outcome): Row {
  return { words: words.split(' '), effect }
}

/** Words of a newer HAProxy: known by name, so that they are no typing errors. */
export function newer(version: string, words: string, effect: Outcome = unsupported('is not available')): Row {
  return { words: words.split(' '), effect, version }
}

/** `ocsp-update: HAProxy 3.0 has it, 2.6 does not`. */
export function newerText(word: string, version: string): string {
  return `${word}: HAProxy ${version} has it, 2.6 does not`
}

/** Words that HAProxy refuses by now, and what to write in their place. */
export function gone(words: Readonly<Record<string, string>>): Row[] {
  return Object.entries(words).map(([word, instead]) =>
    row(word, failed(`'${word}' is no longer a word of HAProxy: ${instead}`)),
  )
}

export function wordTable(name: string, ...rows: readonly Row[]): WordTable {
  const versions = rows.flatMap(({ words, version }) => words.map((word) => [word, version] as const))
  return {
    name,
    words: rows.flatMap(({ words }) => words),
    effects: new Map(rows.flatMap(({ words, effect }) => words.map((word) => [word, effect] as const))),
    newer: new Map(versions.filter((each): each is readonly [string, string] => each[1] !== undefined)),
  }
}

/** What becomes of a line with the word; undefined: its own code decides. */
export function effectOf({ name, words, effects, newer: versions }: WordTable, word: string): Outcome | undefined {
  if (!effects.has(word)) return failed(unknownWord(name, word, words))
  const effect = effects.get(word)
  const version = versions.get(word)
  if (!effect || version === undefined) return effect
  return { ...effect, message: `${newerText(word, version)}; ${effect.message}` }
}
