// The operator's API at admin.path: see the servers, change their state or weight, HAProxy's commands, metrics.
// Only asked once a token is set (app.ts). Holds no state: what it shows and does is operations.ts's.

import { Hono } from 'hono/tiny'

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

interface Bindings {
  readonly secret: string
  readonly clientAddress: string
}

type AdminEnv = { Bindings: Bindings; Variables: { visitor: Visitor } }

/** `clientAddress`: the client whose guesses are counted. */
export type Admin = (request: Request, secret: string, clientAddress: string) => Response | Promise<Response>

/** `loadJwt`: needed where `admin.access` is configured. */
export function createAdmin(operations: Operations, throttle: Throttle, loadJwt?: LoadJwt): Admin {
  const admin = new Hono<AdminEnv>().basePath(operations.config.admin.path)

  const { access: accessConfig } = operations.config.admin
  if (accessConfig && !loadJwt)
    throw new TypeError('admin.access is configured, and the bundle cannot check its tokens')
  const access = accessConfig && loadJwt ? createAccess(accessConfig, operations.now, loadJwt) : undefined
  const login = createLogin([], access, throttle)
  const uri = `${operations.config.admin.path}/stats`
  const pageOptions = { uri, accounts: [], access, scope: [], refreshS: null, showsLegends: true }
  const page = createStatsWindow(pageOptions, operations, throttle)
  const pageAccess: StatsAccess = { who: 'login', realm: 'limpet', mayChange: true }

  admin.use('*', async (c, next) => {
    const url = new URL(c.req.url)
    const { secret, clientAddress } = c.env
    // A browser cannot send a bearer token: here the token is a password.
    if (page.matches(url.pathname + url.search)) {
      return page.answer({ request: c.req.raw, url, clientAddress, secret, access: pageAccess })
    }
    const visitor = await login.check(c.req.raw, { clientAddress, secret, accountLevel: 'user' })
    if (visitor === 'blocked') {
      return c.json({ error: 'too many wrong tokens; try again in a minute' }, 429, { 'retry-after': '60' })
    }
    if (visitor === 'wrong') {
      return c.json({ error: 'a valid bearer token is needed' }, 401, { 'www-authenticate': 'Bearer realm="limpet"' })
    }
    if (c.req.method !== 'GET' && !isSameOrigin(c.req.raw)) {
      return c.json({ error: 'another site asked for this' }, 403)
    }
    c.set('visitor', visitor)
    return next()
  })

  admin.get('/servers', async (c) => c.json({ servers: await operations.servers() }))

  admin.get('/configuration', (c) => {
    const { level } = c.get('visitor')
    if (!mayDo(level, 'operator')) return c.json({ error: needs(level, 'operator') }, 403)
    return c.body(`{"configuration":${visibleJson(operations.config)}}`, 200, { 'content-type': 'application/json' })
  })

  admin.patch('/servers/:backend/:server', async (c) => {
    const { who, level } = c.get('visitor')
    if (!mayDo(level, 'admin')) return c.json({ error: needs(level, 'admin') }, 403)
    const parsed = parseChange(await c.req.json().catch(() => undefined))
    if ('problem' in parsed) return c.json({ error: parsed.problem }, 400)
    const { backend, server } = c.req.param()
    const changed = await operations.change(backend, server, parsed.change, who)
    if (changed === undefined && isServer(serverKey(backend, server), operations)) {
      return c.json({ error: unknownToMonitor(backend, server) }, 409)
    }
    if (!changed) return c.json({ error: `there is no server ${backend}/${server}` }, 404)
    return c.json({ server: changed })
  })

  admin.post('/command', async (c) => {
    const line = await boundedText(c.req.raw, MAX_COMMAND_BYTES)
    if (line === undefined) return c.json({ error: 'this command is too long' }, 413)
    const { text, hasFailed } = await runCommands(line.trim(), operations, c.get('visitor'))
    return c.text(text, 200, hasFailed ? { [FAILED_HEADER]: 'true' } : {})
  })

  admin.get('/metrics', async (c) => c.text(await metricsText(operations), 200, { 'cache-control': 'no-store' }))

  admin.notFound((c) =>
    c.json(
      {
        error:
          'there are GET servers, PATCH servers/BACKEND/SERVER, GET configuration, POST command, GET metrics and GET stats',
      },
      404,
    ),
  )
  admin.onError((error, c) => {
    console.error(JSON.stringify({ event: 'monitor-unreachable', error: String(error) }))
    return c.json({ error: 'the Monitor cannot be reached now; try again' }, 503)
  })

  return (request, secret, clientAddress) => admin.fetch(request, { secret, clientAddress })
}

function needs(level: Level, needed: Level): string {
  return `this token has level ${level}, and this needs ${needed}`
}
