// `host: 'client'` on Cloudflare: a request keeps the URL by which the client came, its scheme, name and port, and only the address
// that it goes to is the server's (cf.resolveOverride, which is ignored where the two names are not in one zone).
// https://developers.cloudflare.com/workers/runtime-apis/request/#the-cf-property-requestinitcfproperties

import { leadsTo } from './leads-to.ts'
import { backendOptions } from '../options/backend.ts'
import type { Path, Report } from './report.ts'
import type { FrontendInput } from '../options/frontend.ts'
import type { LimpetConfig } from '../options/root.ts'
import { list } from '../units.ts'

export function checkClientHosts(config: LimpetConfig, report: Report): void {
  config.backends.forEach((backend, i) => {
    if ((backend.host ?? backendOptions.host.defaults[config.defaults ?? 'limpet']) !== 'client') return
    const frontends = config.frontends?.filter((frontend) => leadsTo(frontend, backend)) ?? []
    backend.servers.forEach(({ url: written }, j) => {
      const url = new URL(written)
      const path = ['backends', i, 'servers', j, 'url']
      if (url.port !== '') {
        const message = "with host: 'client' requests go to the port that the client came to, which is 80 or 443"
        report(
          'error',
          path,
          `${message}: let the server listen there, or write host: 'server' in the backend`,
          written,
        )
      }
      checkScheme(url, frontends, path, report)
      const foreign = frontends.flatMap(({ hosts }) => list(hosts)).find((host) => !mayShareZone(host, url.hostname))
      if (foreign !== undefined) {
        const message = `is not in the zone of '${foreign}', so host: 'client' would not reach it`
        report('error', path, `${message}: give it a name there, or write host: 'server' in the backend`, written)
      }
    })
  })
}

function checkScheme(url: URL, frontends: readonly FrontendInput[], path: Path, report: Report): void {
  const scheme = url.protocol.slice(0, -1)
  const schemes = frontends.length === 0 ? [undefined] : frontends.map(schemeOf)
  const other = schemes.find((each) => each !== undefined && each !== scheme)
  const origin = url.origin
  if (other !== undefined) {
    const message = `with host: 'client' requests go on by the scheme that the client came by, ${other}`
    report('error', path, `${message}: write ${other}:// here, or host: 'server' in the backend`, origin)
  } else if (schemes.includes(undefined)) {
    const message =
      "with host: 'client' requests go on by the scheme that the client came by, whatever stands here: " +
      `let the frontend take one, by scheme: '${scheme}'${scheme === 'https' ? " or redirectScheme: 'https'" : ''}`
    report('warning', path, message, origin)
  }
}

/** By which clients come to its backends; undefined: by either. */
function schemeOf({ scheme = 'any', redirectScheme }: FrontendInput): string | undefined {
  if (scheme !== 'any') return scheme
  return typeof redirectScheme === 'object' ? redirectScheme.scheme : redirectScheme
}

/** False for names that surely have none in common: a zone is at least two labels, as in example.com or co.uk. */
function mayShareZone(pattern: string, hostname: string): boolean {
  const ends = [pattern.toLowerCase(), hostname].map((name) => name.split('.').slice(-2).join('.'))
  return ends[0] === ends[1]
}
