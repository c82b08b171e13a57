// A directory that is compared with must hold Limpet: said before anything is started.

import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** `needs`: what of a checkout is used, by path. */
export function requireCheckout(option: string, directory: string, needs: readonly string[]): void {
  const missing = needs.find((path) => !existsSync(join(directory, path)))
  if (missing === undefined) return
  const how = missing === 'node_modules' ? 'run npm ci there' : 'name a checkout of Limpet'
  throw new Error(`${option} ${directory}: there is no ${missing}: ${how}`)
}
