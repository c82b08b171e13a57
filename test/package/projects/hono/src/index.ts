import { Hono } from 'hono'
import { createLimpet } from 'limpet'
import type { Env } from 'limpet'

import config from './limpet.config.ts'

const limpet = createLimpet(config)
const app = new Hono<{ Bindings: Env }>()
app.get('/hello', (c) => c.text('Hello Hono!'))
app.all('*', (c) => limpet.fetch(c.req.raw, c.env, c.executionCtx))

export const { Monitor, Stats } = limpet
export default { fetch: app.fetch, scheduled: limpet.scheduled } satisfies ExportedHandler<Env>
