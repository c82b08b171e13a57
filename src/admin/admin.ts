// The operator's API at admin.path: see the servers, change their state or weight, HAProxy's commands, metrics.
// Only asked once a token is set (app.ts). Holds no state: what it shows and does is operations.ts's.

import { Hono } from 'hono/tiny'
import * as v from 'valibot'

import { parseDurationMs } from '../config/duration.ts'
import { serverKey } from '../config/keys.ts'
import { isDrainTime } from '../health/state-change.ts'
import type { Throttle } from '../credentials/throttle.ts'
import type { StatsAccess } from './stats-access.ts'
import { ADMIN_STATES } from '../server/states.ts'
import { createAccess } from './access.ts'
import { boundedText } from './bounded-text.ts'
import { FAILED_HEADER } from './answer.ts'
import { runCommands } from './commands.ts'
import { mayDo } from './level.ts'
import type { Visitor } from './level.ts'
import { createLogin } from './login.ts'
import { metricsText } from './metrics.ts'
import type { Operations } from './operations.ts'
import { isServer, unknownToMonitor } from './server-commands.ts'
import { isSameOrigin } from './same-origin.ts'
import { createStatsWindow } from './stats-window.ts'

const changeSchema = v.pipe(
  v.strictObject({
    state: v.optional(v.picklist(ADMIN_STATES, 'state must be ready, drain or maint')),
    drainFor: v.optional(
      v.pipe(
        v.string(),
        v.check(
          (text) => isDrainTime(parseDurationMs(text)),
          "drainFor must be a duration such as '30m', at most 365d",
        ),
      ),
    ),
    weight: v.optional(
      v.pipe(
        v.number('weight must be a whole number from 0 to 256'),
        v.integer('weight must be a whole number from 0 to 256'),
        v.minValue(0, 'weight must be a whole number from 0 to 256'),
        v.maxValue(256, 'weight must be a whole number from 0 to 256'),
      ),
    ),
  }),
  v.check(({ state, drainFor }) => drainFor === undefined || state === 'drain', 'drainFor is only for state drain'),
  v.check(
    ({ state, weight }) => state !== undefined || weight !== undefined,
    'nothing to change: send state or weight',
  ),
)

/** More than any command line needs. */
const MAX_COMMAND_BYTES = 16_384

interface Bindings {
  readonly secret: string
  readonly clientAddress: string
}

type AdminEnv = { Bindings: Bindings; Variables: { visitor: Visitor } }

/** `clientAddress`: the client whose guesses are counted. */
export type Admin = (request: Request, secret: string, clientAddress: string) => Response | Promise<Response>

export function createAdmin(operations: Operations, throttle: Throttle): Admin {
  const admin = new Hono<AdminEnv>().basePath(operations.config.admin.path)

  const { access: accessConfig } = operations.config.admin
  const access = accessConfig === null ? undefined : createAccess(accessConfig, operations.now)
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

  admin.patch('/servers/:backend/:server', async (c) => {
    const { who, level } = c.get('visitor')
    if (!mayDo(level, 'admin')) return c.json({ error: `this token has level ${level}, and this needs admin` }, 403)
    const body: unknown = await c.req.json().catch(() => undefined)
    const change = v.safeParse(changeSchema, body)
    if (!change.success) {
      return c.json({ error: change.issues.map((issue) => issue.message).join('; ') }, 400)
    }
    const { backend, server } = c.req.param()
    const { state, weight, drainFor } = change.output
    const drainForMs = drainFor === undefined ? undefined : parseDurationMs(drainFor)
    const changed = await operations.change(backend, server, { state, weight, drainForMs }, who)
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
      { error: 'there are GET servers, PATCH servers/BACKEND/SERVER, POST command, GET metrics and GET stats' },
      404,
    ),
  )
  admin.onError((error, c) => {
    console.error(JSON.stringify({ event: 'monitor-unreachable', error: String(error) }))
    return c.json({ error: 'the Monitor cannot be reached now; try again' }, 503)
  })

  return (request, secret, clientAddress) => admin.fetch(request, { secret, clientAddress })
}
