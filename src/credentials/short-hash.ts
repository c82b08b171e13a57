// A text's SHA-256, as short as its purpose allows: for keys and names that reveal nothing about what they were made from.

import { toBase64Url } from './base64.ts'

/** The hash's first bytes in base64url. */
export async function shortHash(text: string, bytes: number): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return toBase64Url(new Uint8Array(digest, 0, bytes))
}
