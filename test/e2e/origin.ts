// An origin as operators have them: a process whose sessions live in its memory. Run as `node origin.ts NAME PORT`;
// it prints its port when it listens.
// Speaks enough HTTP to be rude with, too: slow, broken, huge, compressed, upgraded.

import { createHash, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'

import { WebSocketServer } from 'ws'

const [name = 'origin', port = '0'] = process.argv.slice(2)
const visitsBySession = new Map<string, number>()
let healthStatus = 200
let hits = 0
let aborted = 0
let inProgress = 0
let most = 0

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://origin')
  const isCheck = url.pathname === '/health'
  if (!isCheck) hits += 1
  if (!isCheck && url.pathname !== '/stats') {
    inProgress += 1
    most = Math.max(most, inProgress)
    response.on('close', () => (inProgress -= 1))
  }
  const route = ROUTES[url.pathname] ?? answerSession
  route(request, response, url.searchParams)
})

const sockets = new WebSocketServer({ server })
sockets.on('connection', (socket) => {
  socket.on('message', (data, isBinary) => {
    if (data.toString() === 'close please') socket.close(4001, 'as you wish')
    else socket.send(isBinary ? data : `${name}: ${data.toString()}`, { binary: isBinary })
  })
})

type Route = (request: IncomingMessage, response: ServerResponse, query: URLSearchParams) => void

const ROUTES: Record<string, Route> = {
  '/health': (_, response) => response.writeHead(healthStatus).end(),
  '/set-health': (_, response, query) => {
    healthStatus = Number(query.get('status'))
    response.end()
  },
  '/stats': (_, response) =>
    json(response, { name, hits, aborted, most, inProgress, connections: sockets.clients.size }),
  '/echo': (request, response) =>
    json(response, { name, method: request.method, url: request.url, headers: request.rawHeaders }),
  '/status': (_, response, query) => response.writeHead(Number(query.get('code'))).end('body'),
  '/empty': (_, response, query) => response.writeHead(Number(query.get('code'))).end(),
  '/redirect': (_, response, query) => response.writeHead(302, { location: query.get('to')! }).end(),
  '/slow': (_, response, query) => {
    response.on('close', () => {
      if (!response.writableEnded) aborted += 1
    })
    setTimeout(() => response.end('slow'), Number(query.get('ms')))
  },
  '/slow-body': (_, response, query) => {
    response.write('first ')
    setTimeout(() => response.end('last'), Number(query.get('ms')))
  },
  '/reset': (request) => request.socket.destroy(),
  '/garbage': (request) => request.socket.end('this is no HTTP\r\n\r\n'),
  '/cut': (request, response) => {
    response.writeHead(200, { 'content-length': '1000' })
    response.write('only this')
    setTimeout(() => request.socket.destroy(), 50)
  },
  '/cookies': (_, response) => {
    response.setHeader('set-cookie', ['a=1; Path=/', 'b=2; Expires=Wed, 21 Oct 2037 07:28:00 GMT', 'SERVERID=mine'])
    response.end(name)
  },
  '/cacheable': (_, response) => response.writeHead(200, { etag: '"x"', 'cache-control': 'max-age=60' }).end(name),
  '/gzip': (_, response) => {
    const body = gzipSync('compressed '.repeat(1000))
    response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': body.length, etag: '"z"' }).end(body)
  },
  '/big': (_, response, query) => {
    let left = Number(query.get('bytes'))
    const chunk = Buffer.alloc(65_536, 'x')
    const push = () => {
      while (left > 0) {
        const part = chunk.subarray(0, Math.min(left, chunk.length))
        left -= part.length
        if (!response.write(part)) {
          response.once('drain', push)
          return
        }
      }
      response.end()
    }
    response.writeHead(200, { 'content-length': String(left) })
    push()
  },
  '/range': (request, response) => {
    const [, from = '0', to = '9'] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? []
    const body = '0123456789'.slice(Number(from), Number(to) + 1)
    response.writeHead(206, { 'content-range': `bytes ${from}-${to}/10`, 'content-length': body.length }).end(body)
  },
  '/mcp': (request, response) => answerHeaderSession(request, response),
  '/upload': (request, response) => {
    const hash = createHash('sha256')
    let bytes = 0
    request.on('data', (chunk: Buffer) => {
      hash.update(chunk)
      bytes += chunk.length
    })
    request.on('end', () => json(response, { name, bytes, sha256: hash.digest('hex'), headers: request.rawHeaders }))
  },
}

/** A protocol without cookies: the first answer mints an id, an id that is not known gets 404, so that the client begins anew. */
function answerHeaderSession(request: IncomingMessage, response: ServerResponse): void {
  const sent = request.headers['mcp-session-id'] as string | undefined
  if (sent !== undefined && !visitsBySession.has(sent)) return void response.writeHead(404).end('no such session')
  const id = sent ?? randomUUID()
  const visits = (visitsBySession.get(id) ?? 0) + 1
  visitsBySession.set(id, visits)
  if (sent === undefined) response.setHeader('mcp-session-id', id)
  json(response, { name, visits })
}

/** A session that only this process knows, as application servers keep them. */
function answerSession(request: IncomingMessage, response: ServerResponse): void {
  const sent = /(?:^|; )sid=([^;]+)/.exec(request.headers.cookie ?? '')?.[1]
  const known = sent !== undefined && visitsBySession.has(sent)
  const sid = known ? sent : randomUUID()
  const visits = (visitsBySession.get(sid) ?? 0) + 1
  visitsBySession.set(sid, visits)
  if (!known) response.setHeader('set-cookie', `sid=${sid}; Path=/; HttpOnly`)
  json(response, { name, visits, lost: sent !== undefined && !known, cookie: request.headers.cookie ?? null })
}

function json(response: ServerResponse, value: unknown): void {
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(value))
}

server.keepAliveTimeout = 60_000
server.listen(Number(port), '127.0.0.1', () => {
  const address = server.address()
  console.log(typeof address === 'object' && address ? address.port : port)
})
