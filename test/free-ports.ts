// Ports that nobody uses, below the range from which the system picks ports for outgoing connections: one of those could be taken between
// looking and listening. So could one that another process has looked at, too: each has blocks of its own, and holds a block by listening
// on its first port. A process hands out no port twice.

import { createServer } from 'node:net'
import type { Server } from 'node:net'

const FIRST = 10_000
const BLOCK = 1_000
const BLOCKS = 20

let next = 0
let end = 0
/** One after the other: who comes while a block is taken waits for it. */
let last: Promise<unknown> = Promise.resolve()

/** The first of `count` consecutive free ports on 127.0.0.1; at most 999. */
export function freePort(count = 1): Promise<number> {
  const found = last.then(() => findFree(count))
  last = found.catch(() => undefined)
  return found
}

async function findFree(count: number): Promise<number> {
  if (count >= BLOCK) throw new RangeError(`${count} ports in a row: a block has ${BLOCK - 1}`)
  for (;;) {
    if (next + count > end) await takeBlock()
    const first = next
    next += count
    const free = await Promise.all(Array.from({ length: count }, (_, i) => isFree(first + i)))
    if (free.every(Boolean)) return first
  }
}

async function takeBlock(): Promise<void> {
  for (let i = 0; i < BLOCKS; i++) {
    const start = FIRST + ((process.pid + i) % BLOCKS) * BLOCK
    const holder = await listen(start)
    if (!holder) continue
    // It ends with this process.
    holder.unref()
    next = start + 1
    end = start + BLOCK
    return
  }
  throw new Error(`ports ${FIRST} to ${FIRST + BLOCKS * BLOCK}: each block is held by a process: end some`)
}

async function isFree(port: number): Promise<boolean> {
  const server = await listen(port)
  if (server) await new Promise((resolve) => server.close(resolve))
  return server !== undefined
}

/** Undefined: it cannot. */
function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.on('error', () => resolve(undefined))
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}
