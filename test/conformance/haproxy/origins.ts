// Origins that do what a request tells them in its X-Answer header, and remember what they received.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import type { Answer, Step } from './scenario.ts'

export const ORIGIN_NAMES = ['a', 'b', 'c'] as const

export interface Received {
  readonly server: string
  readonly method: string
  readonly url: string
  readonly rawHeaders: readonly string[]
}

export interface Origins {
  /** By name: `127.0.0.1:port`; `dead` is an address where nobody listens. */
  readonly addresses: Readonly<Record<string, string>>
  /** What arrived since it was last asked. */
  take(): readonly Received[]
  close(): void
}

export function echoed(body: string): string {
  return `${body.length} bytes: ${body.slice(0, 40)}`
}

/** `checksGet`: requests without X-Answer are checks of any path, and get this text; otherwise checks are known by their paths. */
export async function startOrigins(checksGet?: string): Promise<Origins> {
  let received: Received[] = []
  const servers: Server[] = []
  const addresses: Record<string, string> = {}
  for (const name of ORIGIN_NAMES) {
    /** Unix milliseconds: until then the checks of this name fail. */
    const failing = new Map<string, number>()
    // Checks of version 1.1 without a Host are common.
    const server = createServer({ requireHostHeader: false }, (request, response) => {
      // Checks are no steps.
      if (request.url === '/health') return void response.end()
      if (checksGet !== undefined && request.headers['x-answer'] === undefined) return void response.end(checksGet)
      if (request.url!.startsWith('/turning/')) {
        const untilMs = failing.get(request.url!.slice('/turning/'.length)) ?? 0
        return void response.writeHead(Date.now() < untilMs ? 500 : 200).end()
      }
      if (request.url!.startsWith('/check/')) return answerCheck(request, response)
      received.push({ server: name, method: request.method!, url: request.url!, rawHeaders: request.rawHeaders })
      const told = JSON.parse((request.headers['x-answer'] as string | undefined) ?? '{}') as Step['answer'] & object
      const answer = (name in told ? told[name as keyof typeof told] : told) as Answer
      for (const [header, value] of answer.headers ?? []) response.appendHeader(header, value)
      response.setHeader('x-origin', name)
      if (answer.failsChecks) failing.set(answer.failsChecks.name, Date.now() + answer.failsChecks.forMs)
      let body = ''
      const finish = () => {
        const { body: own, bodyLater: later } = answer
        if (own !== undefined) response.setHeader('content-length', own.length + (later?.text.length ?? 0))
        response.writeHead(answer.status ?? 200)
        if (!later) return void response.end(own ?? (answer.echoes ? echoed(body) : `from ${name}`))
        response.write(own ?? '')
        setTimeout(() => response.end(later.text), later.afterMs)
      }
      request
        .on('data', (chunk: Buffer) => (body += chunk.toString('latin1')))
        .on('end', () => void (answer.afterMs === undefined ? finish() : setTimeout(finish, answer.afterMs)))
    })
    servers.push(server)
    addresses[name] = await listen(server)
  }
  // TCP port service multiplexer: nobody has run it for decades.
  addresses['dead'] = '127.0.0.1:1'
  return {
    addresses,
    take: () => {
      const taken = received
      received = []
      return taken
    },
    close: () => servers.forEach((server) => server.close().closeAllConnections()),
  }
}

/** What checks can be picky about. `/check/404`: that status; `/check/echo`: what was asked, as the answer's body. */
function answerCheck(request: IncomingMessage, response: ServerResponse): void {
  const status = Number(request.url!.slice('/check/'.length))
  response.setHeader('x-ready', 'no, yes')
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const { method, headers } = request
    response.writeHead(status || 200)
    response.end(
      `all well: ${method} ${headers['x-check'] ?? ''} ${headers.host ?? ''} ${Buffer.concat(chunks).toString()}`,
    )
  })
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}
