// What a frontend's fields cannot know: backends that must exist, binds and networks that are none, frontends that no
// request would reach.

import { BIND_TEXT, bindText, isLocalBind, parseBind } from '../options/bind.ts'
import { checkCaptureSlots } from './capture-slots.ts'
import { checkCondition, checkResponseRules, reportNetworks } from './conditions.ts'
import type { Bind } from '../options/bind.ts'
import type { Target } from '../issue.ts'
import { reportDuplicates } from './report.ts'
import type { Path, Report } from './report.ts'
import type { FrontendInput } from '../options/frontend.ts'
import type { LimpetConfig } from '../options/root.ts'
import { needsResponse, parseSample } from '../rules/samples/sample.ts'
import { checkStats } from './stats.ts'
import { list } from '../units.ts'

export function checkFrontends(config: LimpetConfig, target: Target, report: Report): void {
  const proxies = proxyNames(config)
  const backendNames = new Set(config.backends.map((backend) => backend.name))
  if (config.frontends === undefined) {
    if (config.backends.length > 1) {
      report(
        'error',
        'no-frontend',
        ['frontends'],
        'several backends need a frontend that says which requests each one gets',
      )
    }
    return
  }
  if (config.frontends.length === 0)
    report('error', 'no-frontend', ['frontends'], 'leave it out, or write at least one frontend')
  reportDuplicates(config.frontends, ['frontends'], report)
  config.frontends.forEach((frontend, i) => {
    const path = ['frontends', i]
    const knownBackend = (name: string, at: Path) => {
      if (!backendNames.has(name))
        report('error', 'unknown-backend', at, `no such backend; there are: ${[...backendNames].join(', ')}`, name)
    }
    if (frontend.defaultBackend !== undefined) knownBackend(frontend.defaultBackend, [...path, 'defaultBackend'])
    frontend.rules?.forEach((rule, j) => {
      if ('backend' in rule) knownBackend(rule.backend, [...path, 'rules', j, 'backend'])
      else {
        // One that is made of samples is known when a request comes.
        if ('useBackend' in rule.do && !rule.do.useBackend.includes('%['))
          knownBackend(rule.do.useBackend, [...path, 'rules', j, 'do', 'useBackend'])
        if (rule.if) checkCondition(rule.if, [...path, 'rules', j, 'if'], report)
      }
    })
    checkResponseRules(frontend, path, report)
    checkCaptureSlots(frontend, path, report)
    checkStats(frontend.stats, proxies, [...path, 'stats'], target, report)
    frontend.captures?.request?.forEach(({ sample }, j) => {
      if (sample !== undefined && needsResponse(parseSample(sample)!)) {
        report(
          'error',
          'response-sample',
          [...path, 'captures', 'request', j],
          'is known in captures of responses only',
          sample,
        )
      }
    })
    const goesNowhere = frontend.defaultBackend === undefined && !frontend.rules?.length
    if (goesNowhere && frontend.redirectScheme === undefined && frontend.stats === undefined) {
      if (config.defaults === 'haproxy') {
        if (!Object.keys(frontend.errors ?? {}).length)
          report('warning', 'answers-503', path, 'has no backend and no rules: clients get 503')
      } else report('error', 'frontend-leads-nowhere', path, 'goes nowhere: it needs a defaultBackend or rules')
    }
    list(frontend.bind).forEach((text) => {
      const bind = parseBind(text)
      if (bind === undefined) report('error', 'invalid-value', [...path, 'bind'], BIND_TEXT, text)
      else if (target !== 'serve') checkBindThere(bind, [...path, 'bind'], report)
    })
    reportNetworks(list(frontend.trustedProxies), [...path, 'trustedProxies'], report)
    if (typeof frontend.forwardfor === 'object') {
      reportNetworks(list(frontend.forwardfor.except), [...path, 'forwardfor', 'except'], report)
    }
  })
  if (target === 'cloudflare') {
    checkOverlaps(config.frontends, report)
    checkLoopback(config.frontends, report)
  }
}

/** What keeps clients out by its socket does so under serve only. */
function checkBindThere(bind: Bind, path: Path, report: Report): void {
  const where = "on Cloudflare the zone's settings decide this, not the bind"
  if (bind.clientCa !== null) {
    report(
      'error',
      'bind-of-zone',
      path,
      `${where}: ask for client certificates there (SSL/TLS > Client Certificates, with a rule that blocks "not cf.tls_client_auth.cert_verified"), then remove ca-file and verify here`,
      bindText(bind),
    )
  }
  if (bind.isTls13) {
    report(
      'error',
      'bind-of-zone',
      path,
      `${where}: choose the minimum TLS version there (SSL/TLS > Edge Certificates), then remove ssl-min-ver here`,
      bindText(bind),
    )
  }
}

/** Of frontends and backends, each once. */
export function proxyNames({ frontends = [], backends }: LimpetConfig): readonly string[] {
  return [...new Set([...frontends, ...backends].map(({ name }) => name))]
}

/** Where others are open to all, one that listens on this machine's own address is meant for this machine. */
function checkLoopback(frontends: readonly FrontendInput[], report: Report): void {
  const isLocal = frontends.map(({ bind }) => {
    const binds = list(bind).map((text) => parseBind(text))
    return binds.length > 0 && binds.every((each) => each && isLocalBind(each))
  })
  if (isLocal.every(Boolean)) return
  frontends.forEach(({ bind }, i) => {
    if (!isLocal[i]) return
    report(
      'error',
      'local-frontend',
      ['frontends', i, 'bind'],
      `only this machine reaches ${list(bind).join(', ')}, but Cloudflare knows no addresses and lets everybody in: remove the frontend, or protect it with a rule and remove its bind`,
    )
  })
}

/** Cloudflare has no ports: a frontend is known by its scheme and host, so two must differ in one of them. */
function checkOverlaps(frontends: readonly FrontendInput[], report: Report): void {
  frontends.forEach((frontend, i) => {
    const earlier = frontends.slice(0, i).find((other) => {
      const schemes = [frontend.scheme ?? 'any', other.scheme ?? 'any']
      if (!schemes.includes('any') && schemes[0] !== schemes[1]) return false
      const hosts = list(frontend.hosts)
      const others = list(other.hosts)
      return others.length === 0 || hosts.some((host) => others.includes(host))
    })
    if (earlier) {
      report(
        'error',
        'frontend-unreachable',
        ['frontends', i],
        `would never be reached on Cloudflare, where frontends are told apart by scheme and hosts: '${earlier.name}' takes its requests`,
        frontend.name,
      )
    }
  })
}
