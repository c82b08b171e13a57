// Rules that change the Host. Under serve the server gets what they leave. On Cloudflare the URL decides, and the network
// sends a request to the server only if the URL's name and the server's are in one zone.

import { backendOptions } from '../options/backend.ts'
import type { Target } from '../issue.ts'
import { isOwnHost } from '../own-hosts.ts'
import type { Path, Report } from './report.ts'
import type { ActionInput } from '../rules/action.ts'
import type { BackendInput } from '../options/backend.ts'
import type { LimpetConfig } from '../options/root.ts'
import { list } from '../units.ts'
import { leadsTo } from './leads-to.ts'

/** What a check by fetch cannot ask for. */
export function checkCheckHosts(config: LimpetConfig, target: Target, report: Report): void {
  if (target !== 'cloudflare') return
  const hosts = (config.frontends ?? []).flatMap((frontend) => list(frontend.hosts).map((each) => each.toLowerCase()))
  const hostnames = config.backends.flatMap(({ servers }) => servers.map(({ url }) => new URL(url).hostname))
  config.backends.forEach(({ host, check, servers }, i) => {
    if (typeof check !== 'object' || check.by === 'socket') return
    const keepsHost = (host ?? backendOptions.host.defaults[config.defaults ?? 'limpet']) === 'client'
    const steps = check.steps?.map((step, j) => ({ name: step.host, path: ['steps', j, 'host'] }))
    for (const { name, path } of steps ?? [{ name: check.host, path: ['host'] }]) {
      if (name === undefined || (keepsHost && isOwnHost(name.toLowerCase(), hosts, hostnames))) continue
      if (servers.every(({ url }) => [new URL(url).hostname, new URL(url).host].includes(name.toLowerCase()))) continue
      const message =
        'differs on Cloudflare: a check by fetch asks each server for its own name. Remove it, or, where the name is in one ' +
        "zone with the servers', write host: 'client' in the backend and the name in a frontend's hosts, or by: 'socket' here"
      report('warning', 'check-host', ['backends', i, 'check', ...path], message, name)
    }
  })
}

export function checkHostRules(config: LimpetConfig, target: Target, report: Report): void {
  if (target !== 'cloudflare') return
  const hosts = (config.frontends ?? []).flatMap((frontend) => list(frontend.hosts).map((each) => each.toLowerCase()))
  config.frontends?.forEach((frontend, i) => {
    const backends = config.backends.filter((backend) => leadsTo(frontend, backend))
    frontend.rules?.forEach((rule, j) => {
      if ('do' in rule) checkAction(rule.do, backends, ['frontends', i, 'rules', j, 'do'])
    })
  })
  config.backends.forEach((backend, i) => {
    backend.rules?.forEach((rule, j) => checkAction(rule.do, [backend], ['backends', i, 'rules', j, 'do']))
  })

  function checkAction(action: ActionInput, backends: readonly BackendInput[], path: Path) {
    const changed = changedHost(action)
    if (changed === undefined) return
    for (const backend of backends) {
      const reason = refusal(changed.value, backend)
      if (reason !== undefined) return report('error', 'host-rule', path, reason, action)
    }
  }

  function refusal(value: string | undefined, { name, host, servers }: BackendInput): string | undefined {
    if ((host ?? backendOptions.host.defaults[config.defaults ?? 'limpet']) === 'server') {
      return (
        `on Cloudflare the servers of '${name}' get their own names as Host, and this rule does not reach them: ` +
        "write that name in the server's url and remove the rule, or read X-Forwarded-Host there, " +
        "or, where both names are in one zone of yours, write host: 'client' in the backend"
      )
    }
    const url = value !== undefined && URL.canParse(`http://${value}`) ? new URL(`http://${value}`) : undefined
    const hostnames = servers.map((server) => new URL(server.url).hostname)
    if (url && !value!.includes('%') && isOwnHost(url.hostname, hosts, hostnames)) return undefined
    return (
      'on Cloudflare a request whose Host is in no zone of yours would go to somebody else: set it to a name that stands ' +
      "in a frontend's hosts or in the url of a server of this backend, or remove the rule"
    )
  }
}

/** Undefined: it leaves the Host alone. Without a value it is known only when a request comes. */
function changedHost(action: ActionInput): { readonly value: string | undefined } | undefined {
  if (typeof action !== 'object') return undefined
  if ('setHeader' in action) return isHostHeader(action.setHeader.name) ? { value: action.setHeader.value } : undefined
  const isChanged =
    ('addHeader' in action && isHostHeader(action.addHeader.name)) ||
    ('delHeader' in action && isHostHeader(action.delHeader)) ||
    ('replaceValue' in action && isHostHeader(action.replaceValue.name)) ||
    ('setUri' in action && action.setUri.includes('://')) ||
    ('replaceHeader' in action && isHostHeader(action.replaceHeader.name))
  return isChanged ? { value: undefined } : undefined
}

/** A comparison counts that may mean it. */
function isHostHeader(name: string | { readonly name: string; readonly match: string }): boolean {
  if (typeof name === 'object')
    return name.match === 'reg' ? /host/i.test(name.name) : 'host'.includes(name.name.toLowerCase())
  return name.toLowerCase() === 'host'
}
