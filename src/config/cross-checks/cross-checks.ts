// What a single field cannot know: names that must be unique or exist, origins that are this balancer itself,
// things that only one target can do. Every finding is returned; nothing is thrown.

import { parseDurationMs } from '../duration.ts'
import type { ConfigIssue, Target } from '../issue.ts'
import { isIpLiteral, isLoopback } from '../network.ts'
import { checkStick } from './stick.ts'
import { checkAlerts } from './alerts.ts'
import { checkCircles } from './circles.ts'
import { checkFormerly } from './former-names.ts'
import { checkCondition, checkResponseRules } from './conditions.ts'
import { checkFrontends, proxyNames } from './frontends.ts'
import { checkReferences } from './references.ts'
import { collectIssues, reportDuplicates } from './report.ts'
import type { Report } from './report.ts'
import type { BackendInput, LimpetConfig } from '../schema.ts'
import { checkStats } from '../stats.ts'
import { list } from '../units.ts'

export function checkRules(config: LimpetConfig, target: Target): ConfigIssue[] {
  const { issues, report } = collectIssues()
  checkBackends(config, target, report)
  checkFormerly(config, report)
  checkFrontends(config, target, report)
  checkCircles(config, target, report)
  checkUsers(config, report)
  checkLogTargets(config, target, report)
  checkMonitor(config, target, report)
  checkAlerts(config, target, report)
  checkReferences(config, report)
  return issues
}

function checkMonitor({ monitor }: LimpetConfig, target: Target, report: Report): void {
  if (target !== 'serve' || monitor?.near === undefined) return
  report(
    'warning',
    ['monitor', 'near'],
    'is ignored by limpet serve, which keeps the Monitor on this machine',
    monitor.near,
  )
}

function checkLogTargets({ logTo = [] }: LimpetConfig, target: Target, report: Report): void {
  if (target !== 'cloudflare') return
  logTo.forEach((each, i) => {
    if (typeof each === 'string') return
    const message = 'limpet serve sends lines there; on Cloudflare they go to Workers Logs (observability, or logpush)'
    report('warning', ['logTo', i, 'syslog'], message, each.syslog)
  })
}

function checkBackends(config: LimpetConfig, target: Target, report: Report): void {
  if (config.backends.length === 0) report('error', ['backends'], 'at least one backend is needed')
  reportDuplicates(
    config.backends.map((backend) => backend.name),
    ['backends'],
    'name',
    report,
  )
  config.backends.forEach((backend, i) => {
    const path = ['backends', i]
    // A backend may be there for its table alone.
    if (backend.servers.length === 0 && !backend.stickTable)
      report('error', [...path, 'servers'], 'a backend needs at least one server')
    reportDuplicates(
      backend.servers.map((server) => server.name),
      [...path, 'servers'],
      'name',
      report,
    )
    const ids = backend.servers.map(({ id }) => id)
    ids.forEach((id, j) => {
      if (id !== undefined && ids.indexOf(id) !== j) {
        report('error', [...path, 'servers', j, 'id'], 'is the number of another server', id)
      }
    })
    backend.servers.forEach((server, j) => {
      const url = new URL(server.url)
      if (target === 'cloudflare' && isIpLiteral(url.hostname)) {
        report(
          'error',
          [...path, 'servers', j, 'url'],
          'Cloudflare refuses to fetch an address (error 1003): give the server a DNS name, such as that of a ' +
            'Cloudflare Tunnel; addresses work under `limpet serve`',
          server.url,
        )
      } else if (target === 'cloudflare' && isLoopback(url.hostname)) {
        report('error', [...path, 'servers', j, 'url'], 'is this machine, which Cloudflare cannot reach', server.url)
      }
      checkHealthOptions(server, backend, config, [...path, 'servers', j], report)
      if (server.maxqueue !== undefined && server.maxconn === undefined) {
        report('error', [...path, 'servers', j, 'maxqueue'], 'nobody ever waits for a server without maxconn')
      }
    })
    if (backend.balance === 'first' && backend.servers.every((server) => server.maxconn === undefined)) {
      report(
        'warning',
        [...path, 'balance'],
        "without a maxconn on its servers 'first' never leaves the first one",
        'first',
      )
    }
    checkCookie(backend, path, report)
    checkStick(backend, config.backends, path, target, report)
    checkBackendRules(backend, path, report)
    checkStats(backend.stats, proxyNames(config), [...path, 'stats'], target, report)
  })
}

function checkHealthOptions(
  server: BackendInput['servers'][number],
  backend: BackendInput,
  config: LimpetConfig,
  path: readonly (string | number)[],
  report: Report,
): void {
  const isChecked = server.check !== false && (server.check !== undefined || Boolean(backend.check))
  if (server.observe !== undefined && !isChecked) {
    report('error', [...path, 'observe'], 'needs a check, which brings the server back', server.observe)
  }
  if (server.observe === undefined) {
    for (const option of ['errorLimit', 'onError'] as const) {
      if (server[option] !== undefined)
        report('error', [...path, option], 'means nothing without observe', server[option])
    }
  }
  if (server.track === undefined) return
  const [name, tracked] = server.track.split('/')
  const found = config.backends.find((each) => each.name === name)?.servers.find((each) => each.name === tracked)
  if (!found) report('error', [...path, 'track'], 'there is no such server', server.track)
  else if (found.track !== undefined)
    report('error', [...path, 'track'], 'tracks another itself: track that one', server.track)
  if (server.check !== undefined && server.check !== false) {
    report('error', [...path, 'track'], 'and a check of its own exclude each other', server.track)
  }
}

function checkBackendRules(backend: BackendInput, path: readonly (string | number)[], report: Report): void {
  backend.rules?.forEach((rule, j) => {
    const at = [...path, 'rules', j]
    if ('useBackend' in rule.do) report('error', [...at, 'do'], 'only a frontend chooses a backend', rule.do.useBackend)
    if (rule.if) checkCondition(rule.if, [...at, 'if'], report)
  })
  const names = backend.servers.map((server) => server.name)
  backend.useServer?.forEach((rule, j) => {
    const at = [...path, 'useServer', j]
    if (!names.includes(rule.server))
      report('error', [...at, 'server'], `no such server; there are: ${names.join(', ')}`, rule.server)
    if (rule.if) checkCondition(rule.if, [...at, 'if'], report)
  })
  checkResponseRules(backend.responseRules, path, report)
  backend.persistRules?.forEach((rule, j) => {
    if (rule.if) checkCondition(rule.if, [...path, 'persistRules', j, 'if'], report)
  })
}

function checkCookie(backend: BackendInput, path: readonly (string | number)[], report: Report): void {
  const cookie = backend.cookie
  if (!cookie) return
  const at = [...path, 'cookie']
  if (cookie.formerly !== undefined && cookie.mode !== undefined && cookie.mode !== 'insert') {
    report(
      'error',
      [...at, 'formerly'],
      "needs mode 'insert': in the others the name is the application's",
      cookie.formerly,
    )
  }
  if (list(cookie.formerly).includes(cookie.name)) {
    report('error', [...at, 'formerly'], 'is the name that it has now', cookie.name)
  }
  if (cookie.skipCacheable !== undefined && cookie.mode !== undefined && cookie.mode !== 'insert') {
    report(
      'error',
      [...at, 'skipCacheable'],
      "needs mode 'insert': the others never add a cookie",
      cookie.skipCacheable,
    )
  }
  if (cookie.mode === 'rewrite' && cookie.indirect) {
    report('error', [...at, 'indirect'], "the origin must see its own cookie in mode 'rewrite'", true)
  }
  if (cookie.preserve && cookie.mode !== undefined && cookie.mode !== 'insert' && !cookie.indirect) {
    report(
      'error',
      [...at, 'preserve'],
      "needs mode 'insert', or indirect: nothing else would replace the cookie",
      true,
    )
  }
  if (cookie.maxidle !== undefined && cookie.maxlife !== undefined) {
    if (parseDurationMs(cookie.maxlife)! < parseDurationMs(cookie.maxidle)!) {
      report('warning', [...at, 'maxlife'], 'is shorter than maxidle, so maxidle never comes into play', cookie.maxlife)
    }
  }
  if (cookie.secure === false && cookie.attr?.some((attr) => /^samesite=none$/i.test(attr))) {
    report('warning', [...at, 'secure'], 'browsers drop a SameSite=None cookie that is not Secure', false)
  }
  if (cookie.name.startsWith('__Host-') && (cookie.domain !== undefined || cookie.secure === false)) {
    report('error', [...at, 'name'], "browsers drop a '__Host-' cookie that has a domain or is not Secure", cookie.name)
  }
  if (cookie.name.startsWith('__Secure-') && cookie.secure === false) {
    report('error', [...at, 'name'], "browsers drop a '__Secure-' cookie that is not Secure", cookie.name)
  }
  backend.servers.forEach((server, j) => {
    // '|' begins the dates of HAProxy's format, so a value with one would never be recognised again.
    if (server.cookie?.includes('|')) {
      report('error', [...path, 'servers', j, 'cookie'], "must not have '|', which begins the dates", server.cookie)
    }
  })
}

function checkUsers({ userlists = [] }: LimpetConfig, report: Report): void {
  reportDuplicates(
    userlists.map(({ name }) => name),
    ['userlists'],
    'name',
    report,
  )
  userlists.forEach(({ users }, i) => {
    reportDuplicates(
      users.map(({ name }) => name),
      ['userlists', i, 'users'],
      'name',
      report,
    )
    users.forEach(({ password, insecurePassword }, j) => {
      if ((password === undefined) === (insecurePassword === undefined)) {
        report('error', ['userlists', i, 'users', j], 'needs one of password and insecurePassword')
      }
    })
  })
}
