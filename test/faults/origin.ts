// An origin that can be told to be faulty: `node origin.ts NAME BACKLOG`. Prints its port and the port where it is told so.
// Remembers the id of every request that reached it, so that deliveries can be counted.

import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

const [name = 'origin', backlog = '511'] = process.argv.slice(2)
let mode = 'ok'
const delivered: string[] = []
const sockets = new Set<Socket>()
let inProgress = 0
let most = 0

const server = createServer((request, response) => {
  const id = request.headers['x-id'] as string | undefined
  if (id !== undefined) delivered.push(id)
  request.resume()
  inProgress += 1
  most = Math.max(most, inProgress)
  response.on('close', () => (inProgress -= 1))
  const isCheck = request.url === '/health'
  switch (mode) {
    case 'reset':
      return void request.socket.resetAndDestroy()
    case 'hang':
      return undefined
    case 'garbage':
      return void request.socket.end('this is no HTTP\r\n\r\n')
    case 'cut':
      if (isCheck) return answer(response)
      response.writeHead(200, { 'content-length': '1000' }).write('only this')
      return void setTimeout(() => request.socket.resetAndDestroy(), 20)
    case 'takes 1 s':
      // On average: all at the same moment would be a burst for every process here.
      return void setTimeout(answer, 500 + 1_000 * Math.random(), response)
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

/** With a short queue of connections a process that is stopped soon answers no SYN. */
const listen = (port: number) =>
  new Promise<void>((resolve) => server.listen({ port, host: '127.0.0.1', backlog: Number(backlog) }, resolve))
await listen(0)
const { port } = server.address() as AddressInfo

const control = createServer(async (request, response) => {
  const told = decodeURIComponent(request.url!.slice(1))
  if (told === 'most') return void response.end(String(most))
  if (told === 'delivered') return void response.end(JSON.stringify(delivered))
  if (told === 'refuse') {
    server.close()
    for (const socket of sockets) socket.destroy()
  } else if (!server.listening) await listen(port)
  mode = told
  response.end()
})
control.listen(0, '127.0.0.1', () => console.log(JSON.stringify([port, (control.address() as AddressInfo).port])))
