// Servers that lead back to their own backend through a `bind`, or a host name, of a frontend of the same configuration.

import { bindIs } from '../options/bind.ts'
import { comesBack, literalName, wayOf } from './comes-back.ts'
import type { Choice, Way } from './comes-back.ts'
import type { Target } from '../issue.ts'
import type { Report } from './report.ts'
import type { FrontendInput } from '../options/frontend.ts'
import type { LimpetConfig } from '../options/root.ts'
import { list } from '../units.ts'

export function checkCircles({ backends, frontends = [] }: LimpetConfig, target: Target, report: Report): void {
  const names = backends.map(({ name }) => name)
  const ways = frontends.map((frontend) => ({ frontend, way: wayOfInput(frontend, names) }))
  const waysAt = ({ url }: { readonly url: string }) =>
    ways.filter(({ frontend }) => listensAt(frontend, new URL(url), target)).map(({ way }) => way)
  const serversOf = (backend: string) => backends.find(({ name }) => name === backend)?.servers ?? []
  backends.forEach(({ name, servers }, i) => {
    servers.forEach((server, j) => {
      const returns = comesBack(name, server, waysAt, serversOf)
      if (returns === 'never') return
      const doors = waysAt(server).map(({ frontend }) => `'${frontend}'`)
      const where = `this is frontend ${doors.join(', ')} of this balancer itself`
      const path = ['backends', i, 'servers', j, 'url']
      if (returns === 'always') report('error', path, `${where}: requests would go round in a circle`, server.url)
      else
        report(
          'warning',
          path,
          `${where}: requests may go round in a circle, which ends with 508 after maxPassages`,
          server.url,
        )
    })
  })
}

function wayOfInput(frontend: FrontendInput, names: readonly string[]): Way {
  const choices = (frontend.rules ?? []).flatMap((rule): Choice[] => {
    if ('backend' in rule) return [{ backend: rule.backend, isConditional: Object.keys(rule).length > 1 }]
    if (!('useBackend' in rule.do)) return []
    return [{ backend: literalName(rule.do.useBackend), isConditional: rule.if !== undefined }]
  })
  return wayOf(frontend.name, choices, frontend.defaultBackend, names)
}

/** On Cloudflare a fetch of an own name does not come back: cli/check-own-names.ts says what it does. */
function listensAt(frontend: FrontendInput, url: URL, target: Target): boolean {
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80))
  const isOwnHost = target === 'serve' && url.port === '' && list(frontend.hosts).includes(url.hostname)
  return isOwnHost || list(frontend.bind).some((text) => bindIs(text, url.hostname, port))
}
