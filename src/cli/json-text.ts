// A configuration as JSON, with comments and trailing commas if the operator likes them.

import { parse, printParseErrorCode, visit } from 'jsonc-parser'
import type { ParseError } from 'jsonc-parser'

import { ConfigError } from './cli-error.ts'
import { positionIn } from './place.ts'
import type { Place } from './place.ts'

const SENTENCES: Readonly<Record<string, string>> = {
  InvalidSymbol: 'unknown word: put text in double quotes',
  InvalidNumberFormat: 'invalid number',
  PropertyNameExpected: 'expected a key in double quotes',
  ValueExpected: 'expected a value',
  ColonExpected: 'expected a colon',
  CommaExpected: 'expected a comma',
  CloseBraceExpected: 'expected a closing brace',
  CloseBracketExpected: 'expected a closing bracket',
  EndOfFileExpected: 'expected nothing more',
  InvalidCommentToken: 'unclosed comment',
  UnexpectedEndOfComment: 'unclosed comment',
  UnexpectedEndOfString: 'unclosed string',
  InvalidUnicode: 'invalid escape: \\u takes four hexadecimal digits',
  InvalidEscapeCharacter: 'invalid escape: use \\" \\\\ \\/ \\b \\f \\n \\r \\t or \\uXXXX',
  InvalidCharacter: 'control character: write it as \\uXXXX',
}

/** What the parser says of a text, in words. */
export function jsonErrorText({ error }: ParseError): string {
  const name = printParseErrorCode(error)
  return SENTENCES[name] ?? name
}

export interface JsonText {
  readonly value: unknown
  /** Keys that stand twice in one object. */
  readonly duplicates: readonly Place[]
}

export function readJson(file: string, text: string): JsonText {
  const errors: ParseError[] = []
  const value: unknown = parse(text, errors, { allowTrailingComma: true })
  const position = positionIn(text)
  const [first] = errors
  if (first) {
    const place = { file, ...position(first.offset) }
    throw new ConfigError('syntax-error', place, `is not JSON: ${otherFormat(text) ?? jsonErrorText(first)}`)
  }
  const duplicates: Place[] = []
  const objects: Set<string>[] = []
  visit(text, {
    onObjectBegin: () => void objects.push(new Set()),
    onObjectEnd: () => void objects.pop(),
    onObjectProperty(name, offset) {
      // The parser takes it for the object's prototype.
      if (name === '__proto__')
        throw new ConfigError('unknown-option', { file, ...position(offset) }, '__proto__: unknown key; remove it')
      if (objects.at(-1)!.has(name)) duplicates.push({ file, ...position(offset) })
      objects.at(-1)!.add(name)
    },
  })
  return { value, duplicates }
}

/** What a text is that begins with neither an object nor a list. */
function otherFormat(text: string): string | undefined {
  const start = text.replace(/^(?:\s|\/\/[^\n]*|\/\*[^]*?\*\/)+/, '')
  if (start === '') return 'it is empty'
  const instead = 'write it as JSON, or as limpet.config.ts'
  if (/^\[{1,2}[A-Za-z][\w.-]*\]{1,2}[ \t]*\r?\n|^[\w.-]+ *=/.test(start)) return `it looks like TOML; ${instead}`
  if (/^["{\d[]/.test(start)) return undefined
  if (/^(?:---|- |[\w.-]+:(?:\s|$))/m.test(start)) return `it looks like YAML; ${instead}`
  if (/^(?:global|defaults|frontend|backend|listen)\b/m.test(start))
    return 'it looks like a haproxy.cfg, whose name ends in .cfg'
  return undefined
}
