// Ports that nobody uses, below the range from which the system picks ports for outgoing connections: one of those could
// be taken between looking and listening.

import { createServer } from 'node:net'

const FIRST = 10_240
const LAST = 30_000

/** The first of `count` consecutive free ports on 127.0.0.1. */
export async function freePort(count = 1): Promise<number> {
  for (;;) {
    const first = FIRST + Math.floor(Math.random() * (LAST - FIRST - count))
    const free = await Promise.all(Array.from({ length: count }, (_, i) => isFree(first + i)))
    if (free.every(Boolean)) return first
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.on('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
