// One line of a haproxy.cfg into its words: quotes, escapes, comments, environment variables
// (configuration manual 2.2 "Quoting and escaping", 2.3 "Environment variables"). Linear in the line's length.

export interface Lexed {
  readonly words: readonly string[]
  /** Where each word begins in the line, from 1. */
  readonly columns: readonly number[]
  /** What stands behind its `#`. */
  readonly comment?: string
  /** What is wrong with the line. */
  readonly problem?: string
}

const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t' }
const VARIABLE = /^\$(?:\{([A-Za-z_][A-Za-z0-9_]*)(?:-([^}]*))?\}|([A-Za-z_][A-Za-z0-9_]*))/

/** `env`: what `"$NAME"` and `"${NAME-default}"` stand for; unknown ones are empty, as HAProxy has them. */
export function lexLine(line: string, env: Readonly<Record<string, string>>): Lexed {
  const words: string[] = []
  const columns: number[] = []
  let comment: { comment: string } | undefined
  let word = ''
  let inWord = false
  let quote = ''
  let at = 0
  while (at < line.length) {
    const character = line[at]!
    at += 1
    if (quote === '' && (character === ' ' || character === '\t')) {
      if (inWord) words.push(word)
      word = ''
      inWord = false
      continue
    }
    if (quote === '' && character === '#') {
      comment = { comment: line.slice(at) }
      break
    }
    if (!inWord) columns.push(at)
    inWord = true
    if (character === quote) quote = ''
    else if (quote === '' && (character === '"' || character === "'")) quote = character
    else if (character === '\\' && quote !== "'") {
      const { text, length } = escape(line, at, quote)
      word += text
      at += length
    } else if (character === '$' && quote === '"') {
      const match = VARIABLE.exec(line.slice(at - 1, at + 255))
      word += match ? (valueOf(env, match[1] ?? match[3]!) ?? match[2] ?? '') : character
      if (match) at += match[0].length - 1
    } else word += character
  }
  if (quote !== '') return { words, columns, problem: `the quote ${quote} is never closed` }
  if (inWord) words.push(word)
  return { words, columns, ...comment }
}

/** `$NAME` and `${NAME}` in an address, where quotes do not matter and there are no defaults. */
export function expanded(address: string, env: Readonly<Record<string, string>>): string {
  return address.replaceAll(
    /\$(?:\{([A-Za-z0-9_]+)\}|([A-Za-z0-9_]+))/g,
    (_, braced?: string, bare?: string) => valueOf(env, braced ?? bare!) ?? '',
  )
}

function valueOf(env: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(env, name) ? env[name] : undefined
}

/** What follows a backslash outside of single quotes. A dollar sign needs one within double quotes alone. */
function escape(line: string, at: number, quote: string): { text: string; length: number } {
  const next = line[at]
  if (next === undefined) return { text: '\\', length: 0 }
  if (next === '$' && quote === '"') return { text: '$', length: 1 }
  const hex = /^x([0-9a-fA-F]{2})/.exec(line.slice(at, at + 3))
  if (hex) return { text: String.fromCharCode(Number.parseInt(hex[1]!, 16)), length: 3 }
  if (' #"\'\\'.includes(next)) return { text: next, length: 1 }
  // Anything else is no escape: `\.png` is a regular expression's.
  return Object.hasOwn(ESCAPES, next) ? { text: ESCAPES[next]!, length: 1 } : { text: '\\', length: 0 }
}
