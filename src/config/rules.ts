// What a single field cannot know: names that must be unique or exist, origins that are this balancer itself,
// things that only one target can do. Every finding is returned; nothing is thrown.

import { parseDurationMs } from './duration.ts'
import { foundText, pathText } from './issue.ts'
import type { ConfigIssue, Target } from './issue.ts'
import { isIpLiteral, isLoopback } from './network.ts'
import { checkStick } from './check-stick.ts'
import { parseBind } from './resolve-frontend.ts'
import { checkCondition, checkResponseRules, reportNetworks } from './check-condition.ts'
import { checkReferences } from './check-references.ts'
import type { Report } from './check-condition.ts'
import type { BackendInput, FrontendInput, LimpetConfig } from './schema.ts'

export function checkRules(config: LimpetConfig, target: Target): ConfigIssue[] {
  const issues: ConfigIssue[] = []
  const report: Report = (level, path, message, found) => {
    issues.push({ level, path: pathText(path), message, ...(found === undefined ? {} : { found: foundText(found) }) })
  }
  checkBackends(config, target, report)
  checkFrontends(config, target, report)
  checkUsers(config, report)
  checkReferences(config, report)
  return issues
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
    backend.servers.forEach((server, j) => {
      const url = new URL(server.url)
      if (target === 'cloudflare' && isIpLiteral(url.hostname)) {
        report(
          'error',
          [...path, 'servers', j, 'url'],
          'Cloudflare refuses to fetch an address (error 1003): give the server a DNS name, a Cloudflare Tunnel or a ' +
            'Workers VPC service; addresses work under `limpet serve`',
          server.url,
        )
      }
      if (isSelf(url, config.frontends ?? [])) {
        report(
          'error',
          [...path, 'servers', j, 'url'],
          'this is the balancer itself: requests would go round in a circle',
          server.url,
        )
      }
      checkHealthOptions(server, backend, config, [...path, 'servers', j], report)
      if (server.maxconn !== undefined && backend.balance !== 'first') {
        report('error', [...path, 'servers', j, 'maxconn'], "is only read by balance: 'first'", server.maxconn)
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

function checkFrontends(config: LimpetConfig, target: Target, report: Report): void {
  const backendNames = new Set(config.backends.map((backend) => backend.name))
  if (config.frontends === undefined) {
    if (config.backends.length > 1) {
      report('error', ['frontends'], 'several backends need a frontend that says which requests each one gets')
    }
    return
  }
  if (config.frontends.length === 0) report('error', ['frontends'], 'leave it out, or write at least one frontend')
  reportDuplicates(
    config.frontends.map((frontend) => frontend.name),
    ['frontends'],
    'name',
    report,
  )
  config.frontends.forEach((frontend, i) => {
    const path = ['frontends', i]
    const knownBackend = (name: string, at: readonly (string | number)[]) => {
      if (!backendNames.has(name))
        report('error', at, `no such backend; there are: ${[...backendNames].join(', ')}`, name)
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
    checkResponseRules(frontend.responseRules, path, report)
    if (frontend.defaultBackend === undefined && !frontend.rules?.length && frontend.redirectScheme === undefined) {
      report('error', path, 'goes nowhere: it needs a defaultBackend or rules')
    }
    listed(frontend.bind).forEach((text) => {
      if (parseBind(text) === undefined) {
        report(
          'error',
          [...path, 'bind'],
          "must be 'address:port', '*:port' or '[v6 address]:port', perhaps with 'ssl crt FILE' behind it",
          text,
        )
      }
    })
    const networkLists: [string, readonly string[]][] = [
      ['trustedProxies', listed(frontend.trustedProxies)],
      ['forwardfor.except', typeof frontend.forwardfor === 'object' ? listed(frontend.forwardfor.except) : []],
    ]
    for (const [field, networks] of networkLists) reportNetworks(networks, [...path, field], report)
  })
  if (target === 'cloudflare') checkOverlaps(config.frontends, report)
}

/** Cloudflare has no ports: a frontend is known by its scheme and host, so two must differ in one of them. */
function checkOverlaps(frontends: readonly FrontendInput[], report: Report): void {
  frontends.forEach((frontend, i) => {
    const earlier = frontends.slice(0, i).find((other) => {
      const schemes = [frontend.scheme ?? 'any', other.scheme ?? 'any']
      if (!schemes.includes('any') && schemes[0] !== schemes[1]) return false
      const hosts = listed(frontend.hosts)
      const others = listed(other.hosts)
      return others.length === 0 || hosts.some((host) => others.includes(host))
    })
    if (earlier) {
      report(
        'error',
        ['frontends', i],
        `would never be reached on Cloudflare, where frontends are told apart by scheme and hosts: '${earlier.name}' takes its requests`,
        frontend.name,
      )
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

function reportDuplicates(
  names: readonly string[],
  path: readonly (string | number)[],
  field: string,
  report: Report,
): void {
  names.forEach((name, i) => {
    const first = names.indexOf(name)
    if (first < i)
      report('error', [...path, i, field], `is taken by ${pathText([...path, first])}; names must be unique`, name)
  })
}

function isSelf(url: URL, frontends: readonly FrontendInput[]): boolean {
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80))
  return frontends.some((frontend) => {
    const sameHost = url.port === '' && listed(frontend.hosts).includes(url.hostname)
    return sameHost || listed(frontend.bind).some((text) => bindIs(text, url.hostname, port))
  })
}

/** True when a connection to host:port would arrive at this bind. */
export function bindIs(text: string, hostname: string, port: number): boolean {
  const bind = parseBind(text)
  if (!bind || bind.port !== port) return false
  if (bind.address === hostname) return true
  const everywhere = ['*', '0.0.0.0', '[::]'].includes(bind.address)
  return isLoopback(hostname) && (everywhere || isLoopback(bind.address))
}

function listed(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return []
  return typeof value === 'string' ? [value] : value
}
