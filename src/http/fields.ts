// Header lines of a message, by name in any case. `rules`, `balancer`, `balance` and `persistence` touch no `Headers`: only this file
// knows what is behind.

import { UNDECODABLE } from './cookie-header.ts'

export interface Fields {
  has(name: string): boolean
  /** All lines of a name as one value, joined with `, `; null: there is none. */
  get(name: string): string | null
  /**
   * One for each line that is still separate: the runtime joins the lines of every name but Set-Cookie, which RFC 9110
   * section 5.3 calls equivalent.
   */
  all(name: string): readonly string[]
  /** Names are in lower case. */
  forEachLine(visit: (name: string, value: string) => void): void
}

export interface MutableFields extends Fields {
  set(name: string, value: string): void
  append(name: string, value: string): void
  remove(name: string): void
}

class NativeFields implements MutableFields {
  headers: Headers

  constructor(headers: Headers) {
    this.headers = headers
  }

  /** To be changed. */
  own(): Headers {
    return this.headers
  }

  has(name: string): boolean {
    return this.headers.has(name)
  }

  get(name: string): string | null {
    return this.headers.get(name)
  }

  all(name: string): readonly string[] {
    if (isSetCookie(name)) return this.own().getSetCookie()
    const line = this.get(name)
    return line === null ? NO_LINES : [line]
  }

  forEachLine(visit: (name: string, value: string) => void): void {
    for (const [name, value] of this.own()) visit(name, value)
  }

  set(name: string, value: string): void {
    this.own().set(name, value)
  }

  append(name: string, value: string): void {
    this.own().append(name, value)
  }

  remove(name: string): void {
    this.own().delete(name)
  }

  lines(): HeadersInit {
    return this.headers
  }
}

/** The same lines: a change here is a change there. */
export function fieldsOf(headers: Headers): MutableFields {
  return new NativeFields(headers)
}

/** By name in lower case, and nothing else: V8 makes a slow table of what `Object.create(null)` gives. */
const Lines = function Lines() {} as unknown as new () => Record<string, string>
Lines.prototype = Object.create(null)

/**
 * A client's lines, copied in one pass: editing the runtime's own costs a call into it each time. Its own are used from the first
 * time on that this list could lose something: lines that are separate on the wire and joined for us, bytes that are not UTF-8,
 * values that the platform trims or refuses.
 */
class ListedFields extends NativeFields {
  /** By name in lower case. Undefined: `headers` are a copy, and changed themselves. */
  list: Record<string, string> | undefined

  constructor(client: Headers, isUnwanted: (name: string) => boolean) {
    super(client)
    const list = new Lines()
    let isWhole = true
    // oxlint-disable-next-line unicorn/no-array-for-each -- one call into the runtime; an iterator is one for each line
    client.forEach((value, name) => {
      if (isUnwanted(name)) return
      list[name] = value
      // Fetch takes no object apart that has __proto__.
      if (value.includes(UNDECODABLE) || (value.includes(', ') && !LISTS.test(name)) || name === '__proto__')
        isWhole = false
    })
    this.list = list
    if (!isWhole) this.own()
  }

  override own(): Headers {
    const { list, headers } = this
    if (!list) return headers
    const copy = new Headers(headers)
    for (const name of headers.keys()) if (!(name in list)) copy.delete(name)
    for (const name in list) if (list[name] !== headers.get(name)) copy.set(name, list[name]!)
    this.list = undefined
    return (this.headers = copy)
  }

  override has(name: string): boolean {
    return this.get(name) !== null
  }

  override get(name: string): string | null {
    return this.list ? (this.list[nameOf(name).lower] ?? null) : this.headers.get(name)
  }

  override set(name: string, value: string): void {
    const { lower, isPlain } = nameOf(name)
    if (this.list && isPlain && isPlainValue(value)) this.list[lower] = value
    else super.set(name, value)
  }

  override append(name: string, value: string): void {
    if (this.has(name)) super.append(name, value)
    else this.set(name, value)
  }

  override remove(name: string): void {
    const { lower, isPlain } = nameOf(name)
    if (this.list && isPlain) delete this.list[lower]
    else super.remove(name)
  }

  override lines(): HeadersInit {
    return this.list ?? this.headers
  }
}

/** Where `, ` is usual. If a client repeats one, its lines are sent as one, which is equivalent (RFC 9110 section 5.3). */
const LISTS = /^(?:accept|cache-control|if-|priority|sec-ch-|user-agent)/

interface Name {
  readonly lower: string
  /** The platform takes it as it is. */
  readonly isPlain: boolean
}

const MAX_NAMES = 1_000
/** By name as it is written: mostly the few that the configuration, and this code, have. */
const names = new Map<string, Name>()

function nameOf(written: string): Name {
  const known = names.get(written)
  if (known) return known
  if (names.size === MAX_NAMES) names.clear()
  const name = { lower: written.toLowerCase(), isPlain: /^[\w-]+$/.test(written) }
  names.set(written, name)
  return name
}

/** The platform takes it as it is. */
function isPlainValue(value: string): boolean {
  return !/[^ -~]|^ | $/.test(value)
}

/** To be changed apart from the client's own; lines of unwanted names, which are in lower case, are not in it. */
export function copyWithout(fields: Fields, isUnwanted: (name: string) => boolean): MutableFields {
  return new ListedFields(toHeaders(fields), isUnwanted)
}

/** For handing them to the platform. */
export function toHeaders(fields: Fields): Headers {
  if (fields instanceof NativeFields) return fields.own()
  const headers = new Headers()
  fields.forEachLine((name, value) => headers.append(name, value))
  return headers
}

/** For handing them to `fetch`: in what costs least. */
export function toHeadersInit(fields: Fields): HeadersInit {
  return fields instanceof NativeFields ? fields.lines() : toHeaders(fields)
}

/** The comma-separated values of all lines. */
export function valuesOf(fields: Fields, name: string): readonly string[] {
  const values: string[] = []
  for (const line of fields.all(name)) {
    // Most have one, and flatMap is slow.
    if (!line.includes(',')) values.push(line.trim())
    else for (const value of line.split(',')) values.push(value.trim())
  }
  return values
}

/** Each line becomes what `replace` makes of it, in its place. */
export function replaceLines(fields: MutableFields, name: string, replace: (line: string) => string): void {
  const lines = fields.all(name)
  const replaced = lines.map(replace)
  if (replaced.every((line, i) => line === lines[i])) return
  fields.remove(name)
  for (const line of replaced) fields.append(name, line)
}

function isSetCookie(name: string): boolean {
  return name.length === SET_COOKIE.length && name.toLowerCase() === SET_COOKIE
}

const SET_COOKIE = 'set-cookie'
const NO_LINES: readonly string[] = []
