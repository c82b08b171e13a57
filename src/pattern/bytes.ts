// Patterns are matched against bytes, as HAProxy does: a text of one character for each byte.

/** UTF-8. Plain ASCII, the usual case, is returned as it is. */
export function bytesOf(text: string): string {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0x7f) return charactersOf(new TextEncoder().encode(text))
  }
  return text
}

/** A part of such a text may end within a character: that becomes U+FFFD. */
export function textOf(bytes: string): string {
  for (let i = 0; i < bytes.length; i++) {
    if (bytes.charCodeAt(i) > 0x7f) {
      return new TextDecoder().decode(Uint8Array.from(bytes, (character) => character.charCodeAt(0)))
    }
  }
  return bytes
}

function charactersOf(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}
