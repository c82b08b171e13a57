// Which servers serve a release: those that run it, and those that serve every one.

import type { Server } from './options/server.ts'

export const EVERY_RELEASE = '*'

export function servesRelease(server: Pick<Server, 'release'>, release: string): boolean {
  return server.release === release || server.release === EVERY_RELEASE
}
