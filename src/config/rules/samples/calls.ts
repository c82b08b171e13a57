// `name(a,b),name2`: names, each perhaps with arguments in parentheses, as HAProxy splits a sample (configuration manual 2.2, 7.3).
// One pass over the text.

export interface Call {
  readonly name: string
  readonly arguments: readonly string[]
}

export interface Calls {
  readonly calls: readonly Call[]
  /** Where the text goes on behind them. */
  readonly end: number
}

const NAME = /[A-Za-z0-9_.+-]+/y

/** Undefined: the text has none at `from`, or an argument is never closed. */
export function readCalls(text: string, from = 0): Calls | undefined {
  const calls: Call[] = []
  let at = from
  for (;;) {
    NAME.lastIndex = at
    const [name] = NAME.exec(text) ?? []
    if (name === undefined) return undefined
    at += name.length
    const list = text[at] === '(' ? readArguments(text, at + 1) : { found: [], end: at }
    if (!list) return undefined
    calls.push({ name, arguments: list.found })
    at = list.end
    if (text[at] !== ',') return { calls, end: at }
    // Empty ones in between do not count.
    while (text[at] === ',') at += 1
  }
}

/** What a backslash escapes outside of single quotes; before any other character it is one itself. */
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\',
  '"': '"',
  "'": "'",
  ' ': ' ',
  n: '\n',
  r: '\r',
  t: '\t',
}

/** Commas separate them, the first parenthesis ends them, unless they are quoted. */
function readArguments(
  text: string,
  from: number,
): { readonly found: readonly string[]; readonly end: number } | undefined {
  const found: string[] = []
  let argument = ''
  let quote = ''
  for (let at = from; at < text.length; at++) {
    const character = text[at]!
    if (character === quote) quote = ''
    else if (quote === '' && (character === '"' || character === "'")) quote = character
    else if (character === '\\' && quote !== "'" && Object.hasOwn(ESCAPES, text[at + 1] ?? '')) {
      at += 1
      argument += ESCAPES[text[at]!]!
    } else if (quote === '' && (character === ',' || character === ')')) {
      found.push(argument)
      argument = ''
      if (character === ')') return { found: found.length === 1 && found[0] === '' ? [] : found, end: at + 1 }
    } else argument += character
  }
  return undefined
}

/** As readCalls reads it. */
export function callText({ name, arguments: given }: Call): string {
  return given.length === 0 ? name : `${name}(${given.map(argumentText).join(',')})`
}

function argumentText(text: string): string {
  return /[,)"'\\]/.test(text) ? `"${text.replaceAll(/[\\"]/g, (character) => `\\${character}`)}"` : text
}
