// Text from outside (names, keys, reasons), made safe to print: nothing in it ends a line, moves a cursor or reverses text.

// Control characters (C0, DEL, C1), separators of lines and paragraphs, and marks of writing direction (https://trojansource.codes).
// eslint-disable-next-line no-control-regex -- control characters are what must be found
const UNSAFE = /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/** For text that a person wrote: letters of any script stay. */
export function escaped(text: string): string {
  return text.replaceAll(UNSAFE, (character) => {
    const code = character.charCodeAt(0)
    return code < 256 ? `\\x${hex(code)}` : `\\u${code.toString(16).padStart(4, '0')}`
  })
}

const SHORT: ReadonlyMap<number, string> = new Map([
  [0x09, '\\t'],
  [0x0a, '\\n'],
  [0x0d, '\\r'],
  [0x1b, '\\e'],
  [0x20, '\\ '],
  [0x3d, '\\='],
  [0x5c, '\\\\'],
])

/** A key in `show table`, as HAProxy prints one: bytes of ASCII that cannot be mistaken for the next field. */
export function escapedKey(text: string): string {
  // Most keys are hashes, addresses or identifiers.
  if (/^[\w.:-]*$/.test(text)) return text
  return [...new TextEncoder().encode(text)]
    .map((byte) => SHORT.get(byte) ?? (byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${hex(byte)}`))
    .join('')
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}
