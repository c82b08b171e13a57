// Headers that stand several times. `Headers` keeps only the lines of Set-Cookie apart; those of any other name are joined
// with `, ` before anything here sees them, which RFC 9110 section 5.3 calls equal.

/** One for each line that can still be told apart; none without the header. */
export function headerLines(headers: Headers, name: string): readonly string[] {
  if (isSetCookie(name)) return headers.getSetCookie()
  const line = headers.get(name)
  return line === null ? NO_LINES : [line]
}

/** The comma-separated values of all lines. */
export function headerValues(headers: Headers, name: string): readonly string[] {
  return headerLines(headers, name).flatMap((line) => line.split(',').map((value) => value.trim()))
}

/** Each line becomes what `replace` makes of it, in its place. */
export function replaceHeaderLines(headers: Headers, name: string, replace: (line: string) => string): void {
  const lines = headerLines(headers, name)
  const replaced = lines.map(replace)
  if (replaced.every((line, i) => line === lines[i])) return
  headers.delete(name)
  for (const line of replaced) headers.append(name, line)
}

function isSetCookie(name: string): boolean {
  return name.length === SET_COOKIE.length && name.toLowerCase() === SET_COOKIE
}

const SET_COOKIE = 'set-cookie'
const NO_LINES: readonly string[] = []
