// Where a frontend listens under `limpet serve`: reading a bind, and asking whether an address is one.

import type { Bind } from './config.ts'
import { isLoopback } from './network.ts'

/** `127.0.0.1:8080`, `*:80`, `:80`, `[::1]:80`, `:443 ssl crt FILE`; undefined when it is none of them. */
export function parseBind(text: string): Bind | undefined {
  const [where = '', ...options] = text.trim().split(/\s+/)
  const match = /^(\[[0-9a-fA-F:.]+\]|[^:[\]]*):(\d{1,5})$/.exec(where)
  if (!match || Number(match[2]) > 65_535) return undefined
  const [ssl, keyword, crt, ...more] = options
  const isTls = ssl === 'ssl' && keyword === 'crt' && crt !== undefined && more.length === 0
  if (options.length > 0 && !isTls) return undefined
  return { address: match[1] === '' ? '*' : match[1]!, port: Number(match[2]), crt: isTls ? crt : null }
}

/** True when a connection to host:port would arrive at this bind. */
export function bindIs(text: string, hostname: string, port: number): boolean {
  const bind = parseBind(text)
  if (!bind || bind.port !== port) return false
  if (bind.address === hostname) return true
  if (!isLoopback(hostname)) return false
  // 127.0.0.2 is a loopback address, and not 127.0.0.1.
  const everywhere = ['*', '0.0.0.0', '[::]'].includes(bind.address)
  return everywhere || (hostname === 'localhost' && isLoopback(bind.address))
}
