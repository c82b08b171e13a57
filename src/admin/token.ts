// Admin tokens: what the secret holds, what a request carries, and comparing both without telling by the time it takes how
// much of one was right.

import type { Level } from './level.ts'

export interface NamedToken {
  /** Undefined: whoever has it may call himself what he likes. */
  readonly name: string | undefined
  readonly level: Level
  readonly token: string
}

const TOKEN = /^(?:(?<name>[^:/\s]+)(?:\/(?<level>user|operator|admin))?:)?(?<token>\S+)$/

/** `LIMPET_ADMIN_TOKEN`: one token, or several with commas between them; `ann:SECRET` is ann's, `bob/user:SECRET` can only look. */
export function tokensOf(secret: string): readonly NamedToken[] {
  return secret.split(',').flatMap((text): NamedToken[] => {
    const { name, level, token } = TOKEN.exec(text.trim())?.groups ?? {}
    return token === undefined ? [] : [{ name, level: (level as Level | undefined) ?? 'admin', token }]
  })
}

/** What an Authorization header carries as a bearer token (RFC 6750 section 2.1). */
export function bearerOf(authorization: string | null): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
}

export async function isSame(given: string, secret: string): Promise<boolean> {
  // Digests have one length, so not even the secret's length shows.
  const [a, b] = await Promise.all([digest(given), digest(secret)])
  return crypto.subtle.timingSafeEqual(a, b)
}

function digest(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
}
