// Ports below those that the system picks for outgoing connections: a server that comes back must find its own free.

import { createServer } from 'node:net'

/** `--ports FIRST`: where to look for free ports; this many from there on. */
export const PORTS = { first: 21_000, count: 1000 }

let next = 0

export async function freePort(): Promise<number> {
  for (let tried = 0; tried < PORTS.count; tried++) {
    const port = PORTS.first + (next++ % PORTS.count)
    if (await isFree(port)) return port
  }
  throw new Error(`no port is free from ${PORTS.first} on`)
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.on('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
