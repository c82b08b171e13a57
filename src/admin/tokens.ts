// The admin tokens that the secret holds.

import { LEVELS } from './level.ts'
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

/** What is wrong with the secret's words; undefined: nothing. */
export function adminTokensProblem(secret: string): string | undefined {
  for (const text of secret.split(',')) {
    const [, name, level = ''] = /^([^:/\s]+)\/([^:\s]*):/.exec(text.trim()) ?? []
    if (name === undefined || LEVELS.some((known) => known === level)) continue
    return `LIMPET_ADMIN_TOKEN: ${name}'s level '${level}' must be one of: ${LEVELS.join(', ')}`
  }
  return undefined
}
