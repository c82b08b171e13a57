// Header lines of a message, by name in any case. `rules`, `balancer`, `balance` and `persistence` touch no `Headers`: only this file
// knows what is behind.

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
  readonly headers: Headers

  constructor(headers: Headers) {
    this.headers = headers
  }

  has(name: string): boolean {
    return this.headers.has(name)
  }

  get(name: string): string | null {
    return this.headers.get(name)
  }

  all(name: string): readonly string[] {
    if (isSetCookie(name)) return this.headers.getSetCookie()
    const line = this.get(name)
    return line === null ? NO_LINES : [line]
  }

  forEachLine(visit: (name: string, value: string) => void): void {
    for (const [name, value] of this.headers) visit(name, value)
  }

  set(name: string, value: string): void {
    this.headers.set(name, value)
  }

  append(name: string, value: string): void {
    this.headers.append(name, value)
  }

  remove(name: string): void {
    this.headers.delete(name)
  }
}

/** The same lines: a change here is a change there. */
export function fieldsOf(headers: Headers): MutableFields {
  return new NativeFields(headers)
}

/**
 * A copy that may be changed apart from the client's own; lines of unwanted names, which are in lower case, are not in it. Only the
 * platform's own copy loses nothing: it keeps lines apart that are joined for us, and bytes that are not UTF-8.
 */
export function copyWithout(fields: Fields, isUnwanted: (name: string) => boolean): MutableFields {
  const client = toHeaders(fields)
  const copy = new Headers(client)
  // An array of them costs less than a loop over the runtime's iterator.
  const names = [...client.keys()]
  for (const name of names) if (isUnwanted(name)) copy.delete(name)
  return fieldsOf(copy)
}

/** For handing them to the platform. */
export function toHeaders(fields: Fields): Headers {
  if (fields instanceof NativeFields) return fields.headers
  const headers = new Headers()
  fields.forEachLine((name, value) => headers.append(name, value))
  return headers
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
