// Opens a socket as any program would, and closes it again. A socket that shares its port (`reusePort`) would begin beside another balancer
// without an error, and both would get some of the clients.

import { createServer } from 'node:net'
import type { ListenOptions, Server } from 'node:net'

/** The open socket, or the error's code, such as EADDRINUSE. Nothing is accepted if it is closed at once. */
export function tryListen(options: ListenOptions): Promise<Server | string> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen({ ...options, exclusive: true }, () => resolve(server))
  })
}

export function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()))
}
