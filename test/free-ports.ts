// Ports that nobody uses, below the range from which the system picks ports for outgoing connections: one of those could
// be taken between looking and listening. Each process begins elsewhere and hands out no port twice, so that suites that
// run side by side do not meet either.

import { createServer } from 'node:net'

const FIRST = 10_240
const LAST = 30_000
/** How far apart processes begin whose ids follow one another. */
const STRIDE = 1_009

let next = FIRST + ((process.pid * STRIDE) % (LAST - FIRST))

/** The first of `count` consecutive free ports on 127.0.0.1. */
export async function freePort(count = 1): Promise<number> {
  for (;;) {
    if (next + count > LAST) next = FIRST
    const first = next
    next += count
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
