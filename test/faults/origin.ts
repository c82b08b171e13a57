// An origin that can be told to be faulty: `node origin.ts NAME`. Prints its port and the port where it is told so.
// Remembers the id of every request that reached it, so that deliveries can be counted.

import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

const [name = 'origin'] = process.argv.slice(2)
let mode = 'ok'
const delivered: string[] = []
const sockets = new Set<Socket>()

const server = createServer((request, response) => {
  const id = request.headers['x-id'] as string | undefined
  if (id !== undefined) delivered.push(id)
  request.resume()
  const isCheck = request.url === '/health'
  switch (mode) {
    case 'reset':
      return void request.socket.resetAndDestroy()
    case 'hang':
      return undefined
    case 'garbage':
      return void request.socket.end('this is no HTTP\r\n\r\n')
    case 'slow':
      return isCheck ? answer(response) : byteByByte(request.socket)
    case 'errors':
      // Its checks see nothing of it.
      if (!isCheck && Math.random() < 0.5) return void response.writeHead(500).end('error')
  }
  return answer(response)
})
server.on('connection', (socket) => {
  sockets.add(socket)
  socket.on('close', () => sockets.delete(socket)).on('error', () => undefined)
})

function answer(response: ServerResponse): void {
  response.end(name)
}

function byteByByte(socket: Socket): void {
  const bytes = Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: ${name.length}\r\nconnection: close\r\n\r\n${name}`)
  let at = 0
  const timer = setInterval(() => {
    if (socket.destroyed) return clearInterval(timer)
    socket.write(bytes.subarray(at, ++at))
    if (at < bytes.length) return
    clearInterval(timer)
    socket.end()
  }, 10)
}

/** A short queue of connections: when this process is stopped, it is soon full and answers no SYN. */
const listen = (port: number) =>
  new Promise<void>((resolve) => server.listen({ port, host: '127.0.0.1', backlog: 1 }, resolve))
await listen(0)
const { port } = server.address() as AddressInfo

const control = createServer(async (request, response) => {
  const told = request.url!.slice(1)
  if (told === 'delivered') return void response.end(JSON.stringify(delivered))
  if (told === 'refuse') {
    server.close()
    for (const socket of sockets) socket.destroy()
  } else if (!server.listening) await listen(port)
  mode = told
  response.end()
})
control.listen(0, '127.0.0.1', () => console.log(JSON.stringify([port, (control.address() as AddressInfo).port])))
