// Bytes as text: base64 as HTTP Basic has it, and base64url (RFC 4648 section 5), without padding, for cookies, keys and headers.

/** Undefined: it is not base64. Never throws. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  let octets: string
  try {
    octets = atob(text)
  } catch {
    return undefined
  }
  const bytes = new Uint8Array(octets.length)
  for (let i = 0; i < bytes.length; i++) bytes[i] = octets.charCodeAt(i)
  return bytes
}

/** Accepts other spellings of the same bytes, too: a caller that needs the canonical one compares texts. */
export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> | undefined {
  return fromBase64(text.replaceAll('-', '+').replaceAll('_', '/'))
}

export function toBase64(bytes: Uint8Array): string {
  return encoded(bytes, bytes.length, BASE64).padEnd(Math.ceil(bytes.length / 3) * 4, '=')
}

/** `end`: of what is written. */
export function toBase64Url(bytes: Uint8Array, end = bytes.length): string {
  return encoded(bytes, end, BASE64_URL)
}

const COMMON = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const BASE64 = `${COMMON}+/`
const BASE64_URL = `${COMMON}-_`

/** By hand: the platform's btoa takes a text, and making that of a cookie's bytes costs four times as much. */
function encoded(bytes: Uint8Array, end: number, alphabet: string): string {
  const octet = (at: number) => (at < end ? bytes[at]! : 0)
  const code = (sextet: number) => alphabet.charCodeAt(sextet & 63)
  let text = ''
  for (let i = 0; i < end; i += 3) {
    const word = (octet(i) << 16) | (octet(i + 1) << 8) | octet(i + 2)
    text += String.fromCharCode(code(word >> 18), code(word >> 12), code(word >> 6), code(word))
  }
  return text.slice(0, Math.ceil((end * 4) / 3))
}
