// A plain value as a literal that reads well: short things on one line, no quotes where none are needed. Plain is what JSON has,
// Map and Set.

const WIDTH = 100

/** Of a part that is a constant elsewhere: the constant's name. */
export type NameOf = (part: object) => string | undefined

/** What is written for an object that a function makes. */
export interface Call {
  readonly name: string
  readonly args: readonly unknown[]
}

export interface Printer {
  /** In lines that are not too wide. `nameOf` is not asked about the value itself. */
  print(value: unknown, indent?: string): string
  /** All in one line. */
  inline(value: unknown): string
}

export function printLiteral(value: unknown, indent = ''): string {
  return createPrinter().print(value, indent)
}

export function createPrinter(
  nameOf: NameOf = () => undefined,
  callOf: (part: object) => Call | undefined = () => undefined,
): Printer {
  // A part is printed for each line that it might stand on.
  const lines = new WeakMap<object, string>()
  return { print, inline }

  function print(value: unknown, indent = ''): string {
    const line = inline(value)
    if (indent.length + line.length <= WIDTH || typeof value !== 'object' || value === null) return line
    const inner = `${indent}  `
    const { open, close, parts: written } = formOf(value)
    const parts = written.map(([key, part]) => `${inner}${key}${nameIn(part) ?? print(part, inner)},\n`)
    return `${open}\n${parts.join('')}${indent}${close}`
  }

  function inline(value: unknown): string {
    if (typeof value === 'string') return quoted(value)
    if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : String(value)
    const known = lines.get(value)
    if (known !== undefined) return known
    const { open, close, parts: written } = formOf(value)
    const parts = written.map(([key, part]) => key + (nameIn(part) ?? inline(part)))
    const blank = open === '{' && parts.length > 0 ? ' ' : ''
    const line = `${open}${blank}${parts.join(', ')}${blank}${close}`
    lines.set(value, line)
    return line
  }

  function formOf(value: object) {
    const call = callOf(value)
    if (call) return { open: `${call.name}(`, close: ')', parts: call.args.map((arg) => ['', arg] as const) }
    const [open, close] = bracketsOf(value)
    return { open, close, parts: partsOf(value) }
  }

  function nameIn(part: unknown): string | undefined {
    return typeof part === 'object' && part !== null ? nameOf(part) : undefined
  }
}

function isList(value: object): value is readonly unknown[] | ReadonlyMap<unknown, unknown> | ReadonlySet<unknown> {
  return Array.isArray(value) || value instanceof Map || value instanceof Set
}

function bracketsOf(value: object): readonly [string, string] {
  if (value instanceof Map || value instanceof Set) {
    const kind = value instanceof Map ? 'Map' : 'Set'
    return value.size === 0 ? [`new ${kind}(`, ')'] : [`new ${kind}([`, '])']
  }
  return Array.isArray(value) ? ['[', ']'] : ['{', '}']
}

/** What stands before each part, and the part. */
export function partsOf(value: object): readonly (readonly [string, unknown])[] {
  if (isList(value)) return [...value].map((part) => ['', part] as const)
  return Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .map(([key, part]) => [`${keyText(key)}: `, part] as const)
}

export function keyText(key: string): string {
  // Written plainly, it would be the object's prototype.
  if (key === '__proto__') return "['__proto__']"
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key)
}

function quoted(text: string): string {
  if (text.includes("'")) return JSON.stringify(text)
  return `'${JSON.stringify(text)
    .slice(1, -1)
    .replaceAll(String.raw`\"`, '"')}'`
}
