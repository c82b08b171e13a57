// Whether LIMPET_COOKIE_KEYS are needed.

import type { Config } from './config.ts'

export function sealsCookies({ backends }: Pick<Config, 'backends'>): boolean {
  return backends.some(({ cookie, releases }) => cookie?.accept.includes('sealed') || releases !== null)
}
