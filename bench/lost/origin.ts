// A server behind the balancers, and the only witness: it makes session ids, keeps them in its memory, and begins a new session for an id
// that it does not know. Cookies carry the session of a browser; clients with a key have one session for each key.
// `node origin.ts NAME EPOCH PORT`; messages over IPC change what its check answers. Ends with its parent.

import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'

import { WebSocketServer } from 'ws'

import { HEALTH, KEY_HEADER, SERVER_COOKIE, SESSION_COOKIE } from './setting.ts'

const [name, epoch, port] = process.argv.slice(2)
/** How long requests in progress may take after SIGTERM. */
const LEAVE_MS = 500

const sessions = new Set<string>()
const byKey = new Map<string, string>()
let isHealthy = true

process.on('message', (says: { readonly isHealthy: boolean }) => (isHealthy = says.isHealthy))
process.on('disconnect', () => process.exit())

/** The session of a request, and what tells the client of it. */
function sessionOf({ headers }: IncomingMessage): { readonly id: string; readonly cookies: readonly string[] } {
  const key = headers[KEY_HEADER] as string | undefined
  const known = key === undefined ? cookieOf(headers.cookie ?? '') : byKey.get(key)
  if (known !== undefined && sessions.has(known)) return { id: known, cookies: [] }
  const id = `${name}.${epoch}.${Math.random().toString(36).slice(2, 12)}`
  sessions.add(id)
  if (key === undefined) return { id, cookies: [`${SESSION_COOKIE}=${id}; Path=/`, `${SERVER_COOKIE}=app; Path=/`] }
  byKey.set(key, id)
  return { id, cookies: [] }
}

function cookieOf(header: string): string | undefined {
  const cookie = header.split(/; */).find((each) => each.startsWith(`${SESSION_COOKIE}=`))
  return cookie?.slice(SESSION_COOKIE.length + 1)
}

const server = createServer((request, response) => {
  if (request.url === HEALTH) return response.writeHead(isHealthy ? 200 : 503).end()
  const { id, cookies } = sessionOf(request)
  response.writeHead(200, { 'content-type': 'text/plain', 'cache-control': 'no-store', 'set-cookie': [...cookies] })
  return response.end(id)
})
// As long as any balancer keeps a connection: its own timeout must not race with theirs.
server.keepAliveTimeout = 120_000

const sockets = new WebSocketServer({ noServer: true })
const opened = new WeakMap<IncomingMessage, ReturnType<typeof sessionOf>>()
sockets.on('headers', (headers, request) => {
  for (const cookie of opened.get(request)!.cookies) headers.push(`Set-Cookie: ${cookie}`)
})
server.on('upgrade', (request, socket, head) => {
  const session = sessionOf(request)
  opened.set(request, session)
  sockets.handleUpgrade(request, socket, head, (connection) => {
    connection.on('error', () => undefined)
    connection.on('message', () => connection.send(session.id))
  })
})

process.on('SIGTERM', () => {
  server.close(() => process.exit())
  server.closeIdleConnections()
  for (const connection of sockets.clients) connection.close(1001)
  setTimeout(() => process.exit(), LEAVE_MS)
})

server.listen(Number(port), '127.0.0.1', () => process.send!('listening'))
