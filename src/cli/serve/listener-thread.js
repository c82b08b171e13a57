// The thread that holds the listening sockets of `limpet serve`. Node takes connections from every socket that it opens, unless its event
// loop stands still: so this thread opens and closes sockets when told, and sleeps. Only workerd, which gets the descriptors, accepts.

import { createServer } from 'node:net'
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'

/** Counted up with each order. */
const orders = workerData
const held = new Map()

/** Everything that this waits for happens before the event loop would look at the sockets. */
async function listen(options) {
  const server = createServer()
  await new Promise((resolve, reject) => server.once('error', reject).listen(options, resolve))
  return server
}

/**
 * Several copies are several sockets on one port, among which the kernel distributes connections evenly; of one that is shared, nearly
 * all may go to one process. Where the platform has no such sockets, there is one.
 */
async function open(options, copies) {
  // A port that somebody has would be shared without a word.
  const only = await listen(options)
  if (copies === 1) return [only]
  const { port } = only.address()
  only.close()
  const shared = { ...options, port, reusePort: true }
  const servers = []
  try {
    for (let i = 0; i < copies; i++) servers.push(await listen(shared))
    return servers
  } catch (error) {
    for (const server of servers) server.close()
    if (error.code !== 'ENOTSUP') throw error
    return [await listen({ ...options, port })]
  }
}

function descriptorOf(server) {
  // Not documented, and the only way to hand a socket to a process that is not Node.
  const { _handle: handle } = server
  return handle.fd
}

async function obey(order) {
  const { id } = order
  if ('close' in order) {
    for (const server of held.get(id) ?? []) server.close()
    held.delete(id)
    return
  }
  try {
    const servers = await open(order.open, order.copies)
    held.set(id, servers)
    const address = servers[0].address()
    const port = typeof address === 'object' && address ? address.port : 0
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
    parentPort.postMessage({ id, descriptors: servers.map(descriptorOf), port })
  } catch (error) {
    const { code = '', message } = error
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
    parentPort.postMessage({ id, problem: { code, message } })
  }
}

for (let obeyed = 0; ;) {
  Atomics.wait(orders, 0, obeyed)
  obeyed = Atomics.load(orders, 0)
  for (let next = receiveMessageOnPort(parentPort); next; next = receiveMessageOnPort(parentPort)) {
    await obey(next.message)
  }
}
