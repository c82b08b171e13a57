// Cap'n Proto's text: structs, lists and strings.

export function struct(fields: Readonly<Record<string, string>>): string {
  return `(${Object.entries(fields)
    .map(([name, value]) => `${name} = ${value}`)
    .join(', ')})`
}

export function list(items: readonly string[]): string {
  return `[${items.join(', ')}]`
}

/** A string literal: JSON's, except for control characters. */
export function text(value: string): string {
  return JSON.stringify(value).replaceAll(/\\u00([0-9a-f]{2})/g, '\\x$1')
}
