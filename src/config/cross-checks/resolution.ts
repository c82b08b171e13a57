// A server whose name is resolved while the balancer runs: by resolvers that exist, with options that mean something, and not on Cloudflare,
// which resolves names itself.

import type { Target } from '../issue.ts'
import { isIpLiteral } from '../network.ts'
import type { BackendInput } from '../options/backend.ts'
import { hasRecords, resolutionOptions } from '../options/resolution.ts'
import type { LimpetConfig } from '../options/root.ts'
import type { Path, Report } from './report.ts'

/** HAProxy's: the system's name servers. */
const SYSTEM = 'default'

const THERE =
  'works under limpet serve alone: Cloudflare resolves a name itself, for each connection, and does not tell its addresses; write a server with a DNS name for each'

export function checkResolution(
  server: BackendInput['servers'][number],
  config: LimpetConfig,
  path: Path,
  target: Target,
  report: Report,
): void {
  const { url, template, resolvers } = server
  const { hostname } = new URL(url)
  const needs = (option: string, message: string, found?: unknown) =>
    report('error', 'option-needs-option', [...path, option], message, found)
  if (template !== undefined) {
    for (const option of ['id', 'formerly'] as const)
      if (server[option] !== undefined)
        report('error', 'options-exclude', [...path, option], 'would be that of all servers of the template')
    if (target === 'cloudflare') report('error', 'names-of-platform', [...path, 'template'], THERE, template)
  }
  if (resolvers === undefined) {
    if (hasRecords(hostname)) needs('url', "has SRV records, which need resolvers: 'NAME'", url)
    for (const option of OPTIONS) if (server[option] !== undefined) needs(option, 'has no effect without resolvers')
    return
  }
  const names = [...(config.resolvers ?? []).map(({ name }) => name), SYSTEM]
  if (!names.includes(resolvers)) {
    const message = `there are no such resolvers; there are: ${names.join(', ')}`
    report('error', 'unknown-resolvers', [...path, 'resolvers'], message, resolvers)
  }
  const said = [...path, 'resolvers']
  if (isIpLiteral(hostname)) report('warning', 'ignored-option', said, 'is ignored: the url has an address', resolvers)
  if (target !== 'cloudflare') return
  if (hasRecords(hostname) && template === undefined)
    report('error', 'names-of-platform', [...path, 'url'], `has SRV records, which ${THERE}`, url)
  else if (template === undefined)
    report('warning', 'ignored-option', said, 'is ignored on Cloudflare, which resolves the name itself', resolvers)
}

const OPTIONS = (Object.keys(resolutionOptions) as (keyof typeof resolutionOptions)[]).filter(
  (option) => option !== 'template' && option !== 'resolvers',
)
