// Classes that extend Limpet's, since `wrangler types` names them as types.

import { createLimpet } from 'limpet'
import config from '../limpet.config'

const limpet = createLimpet(config)

export class Monitor extends limpet.Monitor {}
export class StickTable extends limpet.StickTable {}
export class Slots extends limpet.Slots {}
export class Stats extends limpet.Stats {}

export default {
  async fetch(request, env, ctx) {
    if (new URL(request.url).pathname === '/hello') return new Response('Hello World!')
    return limpet.fetch(request, env, ctx)
  },
  scheduled: limpet.scheduled,
} satisfies ExportedHandler<Env>
