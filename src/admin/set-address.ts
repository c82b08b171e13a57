// `set server BACKEND/SERVER addr ADDRESS [port PORT]` (management manual 9.3.13), in HAProxy's words. Who can change an address does it for
// all that serve (operations.ts); here is what is asked, and what is said about it.

import { parseAddress } from '../config/address.ts'
import { inBrackets, withoutBrackets } from '../config/brackets.ts'
import type { Server } from '../config/options/server.ts'
import { problem } from './answer.ts'
import type { Answer } from './answer.ts'
import { escaped } from './escaped.ts'
import type { Operations } from './operations.ts'

const LAST_PORT = 65_535
const BY = "by 'stats socket command'\n"

/** `words`: what follows `addr`. */
export async function setAddress(
  words: readonly string[],
  backend: string,
  server: Pick<Server, 'name' | 'hostname' | 'port'>,
  operations: Pick<Operations, 'setAddress'>,
): Promise<Answer> {
  const [written = '', isPort, port = ''] = words
  if (written === '') return problem('set server <b>/<s> addr requires an address and optionally a port.\n')
  const address = parseAddress(withoutBrackets(written))
  if (!address) return problem(`Invalid addr '${escaped(written)}' ${BY}`)
  const before = withoutBrackets(server.hostname)
  const isOtherAddress = address.text !== before
  const said = [isOtherAddress ? `IP changed from '${before}' to '${address.text}'` : 'no need to change the addr']
  const wanted = isPort === 'port' ? portOf(port) : server.port
  if (typeof wanted !== 'string' && isPort === 'port') {
    const isOther = wanted !== server.port
    said.push(isOther ? `port changed from '${server.port}' to '${wanted}'` : 'no need to change the port')
  }
  const to = typeof wanted === 'string' ? server.port : wanted
  if (isOtherAddress || to !== server.port) {
    const failed = await operations.setAddress({
      backend,
      server: server.name,
      hostname: inBrackets(address.text),
      port: to,
    })
    if (failed !== undefined) return problem(`${failed}\n`)
  }
  // As in HAProxy, the address is another all the same.
  return typeof wanted === 'string' ? problem(`${said[0]}, ${wanted} ${BY}`) : `${said.join(', ')} ${BY}`
}

/** Or what is wrong with it. HAProxy takes a number modulo 65536 and what begins with one. */
function portOf(written: string): number | string {
  if (/^[+-]/.test(written)) return `can't change <port> to port map: only the configuration can`
  const port = /^\d+$/.test(written) ? Number(written) : 0
  if (port >= 1 && port <= LAST_PORT) return port
  return `problem converting port '${escaped(written)}' to an int`
}
