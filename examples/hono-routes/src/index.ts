import { Hono } from 'hono'
import { createLimpet } from 'limpet'
import type { Env } from 'limpet'
import { limpet } from 'limpet/hono'

import config from '../limpet.config.ts'

const app = new Hono<{ Bindings: Env }>()
app.use('/app/*', limpet(config)) // to the backend of the request's host
app.use('/api/*', limpet(config, { backend: 'api' })) // to this backend, on every host
app.use('/.limpet/*', limpet(config)) // the operator's API and statistics page
app.get('/', (c) => c.text('This page is the Worker itself.'))

const { scheduled, Monitor, StickTable, Slots, Stats } = createLimpet(config)
export { Monitor, StickTable, Slots, Stats }
export default { fetch: app.fetch, scheduled }
