// The admin tokens that the secret holds.

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
