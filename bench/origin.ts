// The origin behind every variant: a process that answers each request with the same kilobyte, as cheaply as Node can,
// so that what is measured is the balancer. Prints its three ports as JSON once it listens.

import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

const HEADERS_END = '\r\n\r\n'
const BODY = 'Limpet holds on. '.repeat(60)
const RESPONSE = Buffer.from(
  `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${BODY.length}\r\nConnection: keep-alive${HEADERS_END}${BODY}`,
)
/** Three servers for a balancer; one process, since another would only fight for the same cores. */
const PORTS = 3

/** Requests have no bodies, so each end of a header block is one request. */
function answer(socket: Socket): void {
  let rest = ''
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk) => {
    const blocks = (rest + chunk.toString('latin1')).split(HEADERS_END)
    rest = blocks.pop()!
    for (const _ of blocks) socket.write(RESPONSE)
  })
}

const ports = await Promise.all(
  Array.from({ length: PORTS }, async () => {
    const server = createServer(answer).listen(0, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }),
)
console.log(JSON.stringify(ports))
// Whoever started it holds the other end; when that is gone, so is this.
process.stdin.resume().on('end', () => process.exit())
