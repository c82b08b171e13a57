// A server: a URL that its target cannot reach, and options that mean nothing without another.

import type { Target } from '../issue.ts'
import { isIpLiteral, isLoopback } from '../network.ts'
import { namesOf } from '../server-template.ts'
import type { BackendInput } from '../options/backend.ts'
import type { LimpetConfig } from '../options/root.ts'
import { checkResolution } from './resolution.ts'
import type { Path, Report } from './report.ts'

const TRUST_THERE =
  'Cloudflare trusts the CAs that browsers trust, and asks for the name of the url: give the server such a certificate, or put it behind a Cloudflare Tunnel, and remove this'

type ServerInput = BackendInput['servers'][number]

export function checkServer(
  server: ServerInput,
  backend: BackendInput,
  config: LimpetConfig,
  path: Path,
  target: Target,
  report: Report,
): void {
  const url = new URL(server.url)
  if (target === 'cloudflare' && isIpLiteral(url.hostname)) {
    report(
      'error',
      'address-on-cloudflare',
      [...path, 'url'],
      'Cloudflare refuses to fetch an address (error 1003): give the server a DNS name, such as that of a ' +
        'Cloudflare Tunnel; addresses work under `limpet serve`',
      server.url,
    )
  } else if (target === 'cloudflare' && isLoopback(url.hostname)) {
    report('error', 'local-server', [...path, 'url'], 'is this machine, which Cloudflare cannot reach', server.url)
  }
  for (const option of ['caFile', 'verifyhost'] as const) {
    if (server[option] === undefined) continue
    const at = [...path, option]
    if (url.protocol !== 'https:')
      report('error', 'option-needs-option', at, 'has no effect without https', server[option])
    else if (target === 'cloudflare') report('error', 'trust-of-zone', at, TRUST_THERE, server[option])
  }
  checkResolution(server, config, path, target, report)
  checkHealthOptions(server, backend, config, path, report)
  if (server.maxqueue !== undefined && server.maxconn === undefined) {
    report('error', 'option-needs-option', [...path, 'maxqueue'], 'has no effect without maxconn')
  }
}

function checkHealthOptions(
  server: ServerInput,
  backend: BackendInput,
  config: LimpetConfig,
  path: Path,
  report: Report,
): void {
  const isChecked = server.check !== false && (server.check !== undefined || Boolean(backend.check))
  if (server.observe !== undefined && !isChecked) {
    report(
      'error',
      'option-needs-option',
      [...path, 'observe'],
      'needs a check, which brings the server back',
      server.observe,
    )
  }
  // HAProxy keeps both for the day that `observe` is written.
  if (server.observe === undefined && config.defaults !== 'haproxy') {
    for (const option of ['errorLimit', 'onError'] as const) {
      if (server[option] !== undefined)
        report('error', 'option-needs-option', [...path, option], 'means nothing without observe', server[option])
    }
  }
  if (server.agent && (server.agent.port === undefined) === (server.agent.url === undefined)) {
    report('error', 'agent-place', [...path, 'agent'], 'needs a port or a url, and not both')
  }
  if (server.track === undefined) return
  const [name, tracked] = server.track.split('/')
  const found = config.backends
    .find((each) => each.name === name)
    ?.servers.find((each) => namesOf(each).includes(tracked!))
  if (!found) report('error', 'unknown-server', [...path, 'track'], 'there is no such server', server.track)
  else if (found.track !== undefined)
    report('error', 'track-of-track', [...path, 'track'], 'tracks another itself: track that one', server.track)
  if (server.check !== undefined && server.check !== false) {
    report('error', 'options-exclude', [...path, 'track'], 'cannot be combined with a check of its own', server.track)
  }
}
