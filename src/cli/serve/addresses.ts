// Where a `limpet serve` can be reached, in words.

import { isLocalBind, isUnixSocket } from '../../config/options/bind.ts'
import type { Served } from './supervisor.ts'
import { addressText } from './unix-sockets.ts'

export function addressesOf({ generation, listeners }: Served): readonly string[] {
  const shown = [...generation.listens.values()].map((listen, i) => {
    const { port } = listeners[i]!
    if ('isTls' in listen) {
      const { address } = listen
      const where = isUnixSocket(address) ? address : `${shownAddress(address)}:${port}`
      return `listening on ${listen.isTls ? 'https' : 'http'}://${where}`
    }
    const warning = isLocalBind(listen) ? '' : '; everybody who reaches it may use them'
    return `commands on ${addressText({ ...listen, port }).replace(/^unix:/, '')}, level ${listen.level}${warning}`
  })
  // Tests and scripts wait for the last line.
  return shown.toSorted((a, b) => Number(a.startsWith('listening')) - Number(b.startsWith('listening')))
}

/** An address that a person can open. */
function shownAddress(address: string): string {
  if (address === '*' || address === '0.0.0.0') return '127.0.0.1'
  return address === '[::]' ? '[::1]' : address
}
