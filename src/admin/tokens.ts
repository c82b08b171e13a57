// The admin tokens that the secret holds, and what is wrong with it.

import { LEVELS } from './level.ts'
import type { Level } from './level.ts'

export interface NamedToken {
  /** Undefined: its holder may give any name. */
  readonly name: string | undefined
  readonly level: Level
  readonly token: string
}

const TOKEN = /^(?:(?<name>[^:/\s]+)(?:\/(?<level>user|operator|admin))?:)?(?<token>\S+)$/
/** A right token is accepted however many wrong ones came before it, so it must be too long to guess. */
const LEAST_CHARACTERS = 16

/** `LIMPET_ADMIN_TOKEN`: one token, or several with commas between them; `ann:SECRET` is ann's, `bob/user:SECRET` can only look. */
export function tokensOf(secret: string): readonly NamedToken[] {
  return secret.split(',').flatMap((text): NamedToken[] => {
    const { name, level, token } = TOKEN.exec(text.trim())?.groups ?? {}
    return token === undefined ? [] : [{ name, level: (level as Level | undefined) ?? 'admin', token }]
  })
}

/** What is wrong with the secret; undefined: nothing. Never contains a token. */
export function adminTokensProblem(secret: string): string | undefined {
  if (secret === '') return undefined
  const texts = secret.split(',').map((text) => text.trim())
  if (texts.every((text) => text === '')) return 'LIMPET_ADMIN_TOKEN: holds no token; `openssl rand -hex 24` makes one'
  for (const [i, text] of texts.entries()) {
    // A comma at the end adds no token.
    if (text === '') continue
    const [, name, level = ''] = /^([^:/\s]+)\/([^:\s]*):/.exec(text) ?? []
    if (name !== undefined && !LEVELS.some((known) => known === level)) {
      return `LIMPET_ADMIN_TOKEN: ${name}'s level '${level}' must be one of: ${LEVELS.join(', ')}`
    }
    const [parsed] = tokensOf(text)
    const whose = parsed?.name ?? (texts.length > 1 ? `number ${i + 1}` : undefined)
    const token = whose === undefined ? 'the token' : `the token of ${whose}`
    if (!parsed) return `LIMPET_ADMIN_TOKEN: ${token} must not contain spaces or be empty`
    const { length } = parsed.token
    if (length < LEAST_CHARACTERS) {
      return `LIMPET_ADMIN_TOKEN: ${token} has ${length} characters and must have at least ${LEAST_CHARACTERS}; \`openssl rand -hex 24\` makes one`
    }
  }
  return undefined
}
