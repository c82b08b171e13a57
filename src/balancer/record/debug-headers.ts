// Why a request went where it went, in headers of its response, for an operator who showed the admin token with it.

import type { Dispatched } from '../dispatch/dispatch.ts'

/** The header that asks for it, with the token as its value. No server sees it. */
export const DEBUG_HEADER = 'x-limpet-debug'

export function explain(
  response: Response,
  backend: string | null,
  frontend: string,
  made: Dispatched,
  totalMs: number,
): Response {
  // A WebSocket's answer cannot be made anew.
  if (response.status === 101) return response
  const explained = new Response(response.body, response)
  const { headers } = explained
  headers.set('x-limpet-frontend', frontend)
  headers.set('x-limpet-backend', backend ?? '-')
  headers.set('x-limpet-server', made.server ?? '-')
  headers.set('x-limpet-verdict', made.verdict)
  headers.set('x-limpet-termination', made.termination)
  headers.set('x-limpet-retries', String(made.retries))
  headers.set('x-limpet-redispatches', String(made.redispatches))
  for (const { table, key, verdict, asked } of made.stick ?? []) {
    headers.append('x-limpet-stick', `table=${table} key=${encodeURIComponent(key)} verdict=${verdict} asked=${asked}`)
  }
  // https://www.w3.org/TR/server-timing/
  headers.append('server-timing', `queue;dur=${made.queueMs}, response;dur=${made.responseMs}, total;dur=${totalMs}`)
  return explained
}
