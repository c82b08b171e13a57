// The operator's API at admin.path: see the servers, change their state or weight. Only asked once a token is set (app.ts).
// Holds no state: the Monitor does.

import { Hono } from 'hono'
import * as v from 'valibot'

import { monitorStub } from '../cloudflare/env.ts'
import type { Env } from '../cloudflare/env.ts'
import type { SnapshotReader } from '../cloudflare/snapshot-reader.ts'
import { parseDurationMs } from '../config/duration.ts'
import { serverKey } from '../health/snapshot.ts'
import { isBearer } from './token.ts'

const changeSchema = v.pipe(
  v.strictObject({
    state: v.optional(v.picklist(['ready', 'drain', 'maint'], 'state must be ready, drain or maint')),
    drainFor: v.optional(
      v.pipe(
        v.string(),
        v.check((text) => parseDurationMs(text) !== undefined, "drainFor must be a duration such as '30m'"),
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
  v.check(({ state, drainFor }) => drainFor === undefined || state === 'drain', 'drainFor is for state drain alone'),
  v.check(
    ({ state, weight }) => state !== undefined || weight !== undefined,
    'nothing to change: send state or weight',
  ),
)

export function createAdmin(path: string, reader: Pick<SnapshotReader, 'accept'>): Hono<{ Bindings: Env }> {
  const admin = new Hono<{ Bindings: Env }>().basePath(path)

  admin.use('*', async (c, next) => {
    const token = c.env.LIMPET_ADMIN_TOKEN
    if (token && (await isBearer(c.req.header('authorization'), token))) return next()
    return c.json({ error: 'a valid bearer token is needed' }, 401, { 'www-authenticate': 'Bearer realm="limpet"' })
  })

  admin.get('/servers', async (c) => c.json({ servers: await monitorStub(c.env).servers() }))

  admin.patch('/servers/:backend/:server', async (c) => {
    const body: unknown = await c.req.json().catch(() => undefined)
    const change = v.safeParse(changeSchema, body)
    if (!change.success) {
      return c.json({ error: change.issues.map((issue) => issue.message).join('; ') }, 400)
    }
    const { backend, server } = c.req.param()
    const { state, weight, drainFor } = change.output
    const drainForMs = drainFor === undefined ? undefined : parseDurationMs(drainFor)
    const changed = await monitorStub(c.env).change(serverKey(backend, server), { state, weight, drainForMs })
    if (!changed) return c.json({ error: `there is no server ${backend}/${server}` }, 404)
    reader.accept(changed.snapshot)
    return c.json({ server: changed.view })
  })

  admin.notFound((c) => c.json({ error: 'there are GET servers and PATCH servers/BACKEND/SERVER' }, 404))
  admin.onError((error, c) => {
    console.error(JSON.stringify({ event: 'monitor-unreachable', error: String(error) }))
    return c.json({ error: 'the Monitor cannot be reached now; try again' }, 503)
  })

  return admin
}
