// Why a request went where it went, in headers of its response, for an operator who sent the admin token with it.

import { fieldsOf } from '../../http/fields.ts'
import type { Journey } from '../journey.ts'

/** The header that asks for it, with the token as its value. No server sees it. */
export const DEBUG_HEADER = 'x-limpet-debug'

export function explain(response: Response, journey: Journey, totalMs: number): Response {
  // The answer that opens a WebSocket cannot be rebuilt.
  if (response.status === 101) return response
  const explained = new Response(response.body, response)
  const headers = fieldsOf(explained.headers)
  headers.set('x-limpet-frontend', journey.asked.frontend.name)
  headers.set('x-limpet-backend', journey.backend ?? '-')
  headers.set('x-limpet-server', journey.server ?? '-')
  headers.set('x-limpet-verdict', journey.verdict)
  headers.set('x-limpet-termination', journey.termination)
  headers.set('x-limpet-retries', String(journey.retries))
  headers.set('x-limpet-redispatches', String(journey.redispatches))
  for (const { table, key, verdict, asked } of journey.stick ?? []) {
    headers.append('x-limpet-stick', `table=${table} key=${encodeURIComponent(key)} verdict=${verdict} asked=${asked}`)
  }
  if (journey.release) headers.set('x-limpet-release', journey.release.text())
  // https://www.w3.org/TR/server-timing/
  const { queueMs, responseMs } = journey
  headers.append('server-timing', `queue;dur=${queueMs}, response;dur=${responseMs}, total;dur=${totalMs}`)
  return explained
}
