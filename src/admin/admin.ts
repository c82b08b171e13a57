// The operator's API at admin.path: see the servers, change their state or weight, HAProxy's commands, metrics.
// Only asked once a token is set (app.ts). Holds no state: what it shows and does is operations.ts's.

import { serverKey } from '../config/keys.ts'
import { visibleJson } from '../config/visible.ts'
import type { Throttle } from '../credentials/throttle.ts'
import type { StatsAccess } from './stats-access.ts'
import { createAccess } from './access.ts'
import type { LoadJwt } from './access.ts'
import { boundedText } from './bounded-text.ts'
import { parseChange } from './change-body.ts'
import { FAILED_HEADER } from './answer.ts'
import { runCommands } from './commands.ts'
import { mayDo } from './level.ts'
import type { Level, Visitor } from './level.ts'
import { createLogin } from './login.ts'
import { metricsText } from './metrics.ts'
import type { Operations } from './operations.ts'
import { isServer, unknownToMonitor } from './server-commands.ts'
import { isSameOrigin } from './same-origin.ts'
import { createStatsWindow } from './stats-window.ts'

/** A command line is no upload. */
const MAX_COMMAND_BYTES = 16_384

/** `clientAddress`: the client whose guesses are counted. */
export type Admin = (request: Request, secret: string, clientAddress: string) => Response | Promise<Response>

/** `loadJwt`: needed where `admin.access` is configured. */
export function createAdmin(operations: Operations, throttle: Throttle, loadJwt?: LoadJwt): Admin {
  const { path: base, access: accessConfig } = operations.config.admin
  if (accessConfig && !loadJwt)
    throw new TypeError('admin.access is configured, and the bundle cannot check its tokens')
  const access = accessConfig && loadJwt ? createAccess(accessConfig, operations.now, loadJwt) : undefined
  const login = createLogin([], access, throttle)
  const pageOptions = { uri: `${base}/stats`, accounts: [], access, scope: [], refreshS: null, showsLegends: true }
  const page = createStatsWindow(pageOptions, operations, throttle)
  const pageAccess: StatsAccess = { who: 'login', realm: 'limpet', mayChange: true }

  return async (request, secret, clientAddress) => {
    try {
      const response = await answer(request, secret, clientAddress)
      return request.method === 'HEAD' ? new Response(null, response) : response
    } catch (error) {
      console.error(JSON.stringify({ event: 'monitor-unreachable', error: String(error) }))
      return refusal('the Monitor cannot be reached now; try again', 503)
    }
  }

  async function answer(request: Request, secret: string, clientAddress: string): Promise<Response> {
    const url = new URL(request.url)
    // A browser cannot send a bearer token: here the token is a password.
    if (page.matches(url.pathname + url.search)) {
      return page.answer({ request, url, clientAddress, secret, access: pageAccess })
    }
    const visitor = await login.check(request, { clientAddress, secret, accountLevel: 'user' })
    if (visitor === 'blocked') {
      return refusal('too many wrong tokens; try again in a minute', 429, { 'retry-after': '60' })
    }
    if (visitor === 'wrong') {
      return refusal('a valid bearer token is needed', 401, { 'www-authenticate': 'Bearer realm="limpet"' })
    }
    if (request.method !== 'GET' && !isSameOrigin(request)) return refusal('another site asked for this', 403)
    const [what = '', backend, server, ...more] = url.pathname
      .slice(base.length + 1)
      .replace(/\/$/, '')
      .split('/')
      .map(decoded)
    const method = request.method === 'HEAD' ? 'GET' : request.method
    if (backend && server && more.length === 0) {
      return `${method} ${what}` === 'PATCH servers' ? changeServer(request, backend, server, visitor) : unknown()
    }
    if (backend !== undefined) return unknown()
    switch (`${method} ${what}`) {
      case 'GET servers':
        return Response.json({ servers: await operations.servers() })
      case 'GET configuration':
        return showConfiguration(visitor)
      case 'POST command':
        return command(request, visitor)
      case 'GET metrics':
        return plain(await metricsText(operations), { 'cache-control': 'no-store' })
      default:
        return unknown()
    }
  }

  function showConfiguration({ level }: Visitor): Response {
    if (!mayDo(level, 'operator')) return refusal(needs(level, 'operator'), 403)
    return new Response(`{"configuration":${visibleJson(operations.config)}}`, {
      headers: { 'content-type': 'application/json' },
    })
  }

  async function changeServer(request: Request, backend: string, server: string, { who, level }: Visitor) {
    if (!mayDo(level, 'admin')) return refusal(needs(level, 'admin'), 403)
    const parsed = parseChange(await request.json().catch(() => undefined))
    if ('problem' in parsed) return refusal(parsed.problem, 400)
    const changed = await operations.change(backend, server, parsed.change, who)
    if (changed === undefined && isServer(serverKey(backend, server), operations)) {
      return refusal(unknownToMonitor(backend, server), 409)
    }
    return changed ? Response.json({ server: changed }) : refusal(`there is no server ${backend}/${server}`, 404)
  }

  async function command(request: Request, visitor: Visitor): Promise<Response> {
    const line = await boundedText(request, MAX_COMMAND_BYTES)
    if (line === undefined) return refusal('this command is too long', 413)
    const { text, hasFailed } = await runCommands(line.trim(), operations, visitor)
    return plain(text, hasFailed ? { [FAILED_HEADER]: 'true' } : {})
  }
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

function plain(text: string, headers: Readonly<Record<string, string>>): Response {
  return new Response(text, { headers: { 'content-type': 'text/plain; charset=UTF-8', ...headers } })
}

function refusal(error: string, status: number, headers: Readonly<Record<string, string>> = {}): Response {
  return Response.json({ error }, { status, headers })
}

function unknown(): Response {
  return refusal(
    'there are GET servers, PATCH servers/BACKEND/SERVER, GET configuration, POST command, GET metrics and GET stats',
    404,
  )
}

function needs(level: Level, needed: Level): string {
  return `this token has level ${level}, and this needs ${needed}`
}
