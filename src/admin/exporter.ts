// HAProxy's exporter as a service of a rule (`http-request use-service prometheus-exporter`): the metrics, or those of a scope. Who may read
// them is the rule's business.

import { viewedState } from '../health/server-view.ts'
import { reply } from '../rules/replies.ts'
import { metricsText } from './metrics.ts'
import type { Operations } from './operations.ts'

/** By what a metric's name has behind `haproxy_`. Of listeners nothing is counted. */
const SCOPES: Readonly<Record<string, string>> = {
  global: 'process',
  frontend: 'frontend',
  listener: 'listener',
  backend: 'backend',
  server: 'server',
  sticktable: 'sticktable',
}
const ALL = Object.values(SCOPES)
/** Limpet's own, which belong to a scope of HAProxy's. */
const OWN: Readonly<Record<string, string>> = { release: 'backend' }

/** `query`: `?scope=server&scope=backend&no-maint`; an unknown scope is 400. */
export async function exportMetrics(operations: Operations, query: string): Promise<Response> {
  const asked = new URLSearchParams(query)
  const scopes = new Set(asked.has('scope') ? [] : ALL)
  for (const scope of asked.getAll('scope')) {
    // An empty one takes back what stands before it.
    if (scope === '') scopes.clear()
    else if (scope === '*') for (const each of ALL) scopes.add(each)
    else if (Object.hasOwn(SCOPES, scope)) scopes.add(SCOPES[scope]!)
    else return reply(400)
  }
  const text = await metricsText(asked.has('no-maint') ? withoutMaint(operations) : operations)
  const chosen = text.split('\n').filter((line) => {
    const [, scope = ''] = /^(?:# \w+ )?[a-z]+_([a-z]+)_/.exec(line) ?? []
    return scopes.has(OWN[scope] ?? scope)
  })
  return new Response(chosen.map((line) => `${line}\n`).join(''), {
    headers: { 'content-type': 'text/plain; version=0.0.4', 'cache-control': 'no-cache' },
  })
}

function withoutMaint(operations: Operations): Operations {
  return {
    ...operations,
    servers: async () => (await operations.servers()).filter((view) => viewedState(view).admin !== 'maint'),
  }
}
