// One of the demo's application servers: sessions, votes and CSRF tokens live in this process's memory and nowhere else.
// Run as `node origin.ts NAME PORT`.

import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'

import { forbiddenPage, pollPage } from './pages.ts'

const CHOICES = ['barnacle', 'limpet', 'mussel']

interface Session {
  readonly id: string
  /** Handed out in the form, expected back with it. */
  readonly csrfToken: string
  requests: number
  vote: string | null
}

const [name = 's1', port = '8081'] = process.argv.slice(2)
const sessions = new Map<string, Session>()

const server = createServer(async (request, response) => {
  const path = (request.url ?? '/').split('?')[0]
  if (path === '/health') return void response.end('fine\n')
  if (path === '/whoami') return whoAmI(request, response)
  if (path === '/vote' && request.method === 'POST') return vote(request, response)
  if (path === '/') return poll(request, response)
  response.writeHead(404).end('There is nothing here; try / or /whoami.\n')
})

function whoAmI(request: IncomingMessage, response: ServerResponse): void {
  const { session, isNew } = sessionOf(request, response)
  const lost = isNew && sessionId(request) !== undefined ? ' (the session you had is not in this process)' : ''
  response.end(`${name}, request ${session.requests} of your session${lost}\n`)
}

function poll(request: IncomingMessage, response: ServerResponse): void {
  const { session } = sessionOf(request, response)
  const votes = CHOICES.map((choice) => ({
    choice,
    votes: [...sessions.values()].filter((each) => each.vote === choice).length,
  }))
  html(response, 200, pollPage({ server: name, pid: process.pid, ...session, choices: votes }))
}

async function vote(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const form = new URLSearchParams(await text(request))
  const session = sessions.get(sessionId(request) ?? '')
  if (!session || form.get('csrf') !== session.csrfToken) {
    html(response, 403, forbiddenPage({ server: name, pid: process.pid }))
    return
  }
  const choice = form.get('choice') ?? ''
  if (!CHOICES.includes(choice)) return void response.writeHead(400).end('There is no such choice.\n')
  session.vote = choice
  response.writeHead(303, { location: '/' }).end()
}

function sessionOf(request: IncomingMessage, response: ServerResponse): { session: Session; isNew: boolean } {
  const known = sessions.get(sessionId(request) ?? '')
  const session = known ?? { id: randomUUID(), csrfToken: randomUUID(), requests: 0, vote: null }
  session.requests += 1
  if (!known) {
    sessions.set(session.id, session)
    response.setHeader('set-cookie', `session=${session.id}; Path=/; HttpOnly; SameSite=Lax`)
  }
  return { session, isNew: !known }
}

function sessionId(request: IncomingMessage): string | undefined {
  return /(?:^|; )session=([^;]+)/.exec(request.headers.cookie ?? '')?.[1]
}

function html(response: ServerResponse, status: number, page: string): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }).end(page)
}

server.on('error', (error: NodeJS.ErrnoException) => {
  console.error(
    error.code === 'EADDRINUSE'
      ? `${name}: port ${port} is in use; choose three others with --origin-port`
      : `${name}: ${error.message}`,
  )
  process.exit(2)
})
server.listen(Number(port), '127.0.0.1', () => console.log('listening'))
// Whoever started it holds the other end; when that is gone, so is this.
process.stdin.resume().on('end', () => process.exit())
