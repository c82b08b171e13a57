// Backends: names and numbers that are taken, rules that cannot be asked where they stand, and what their parts say together.

import type { Target } from '../issue.ts'
import type { BackendInput } from '../options/backend.ts'
import type { LimpetConfig } from '../options/root.ts'
import { namesOf } from '../server-template.ts'
import { checkCondition, checkResponseRules } from './conditions.ts'
import { checkCookie } from './cookie.ts'
import { proxyNames } from './frontends.ts'
import { checkHashing } from './hashing.ts'
import { checkReleases } from './releases.ts'
import { reportDuplicates } from './report.ts'
import type { Path, Report } from './report.ts'
import { checkServer } from './servers.ts'
import { checkStats } from './stats.ts'
import { checkStick } from './stick.ts'

export function checkBackends(config: LimpetConfig, target: Target, report: Report): void {
  // In a haproxy.cfg frontends may do without, and backends without servers: 503 is what no rule answers.
  const mayAnswer503 = config.defaults === 'haproxy'
  if (config.backends.length === 0 && !(mayAnswer503 && config.frontends?.length))
    report('error', 'no-backend', ['backends'], 'at least one backend is needed')
  reportDuplicates(config.backends, ['backends'], report)
  config.backends.forEach((backend, i) => {
    const path = ['backends', i]
    // A backend may be there for its table alone, or for its rules.
    if (backend.servers.length === 0 && !backend.stickTable && !(mayAnswer503 && answers(backend))) {
      if (mayAnswer503)
        report('warning', 'answers-503', path, 'has no server, and nothing else answers: clients get 503')
      else report('error', 'no-server', [...path, 'servers'], 'a backend needs at least one server')
    }
    reportDuplicates(backend.servers, [...path, 'servers'], report)
    const ids = backend.servers.map(({ id }) => id)
    ids.forEach((id, j) => {
      if (id !== undefined && ids.indexOf(id) !== j) {
        report('error', 'duplicate-id', [...path, 'servers', j, 'id'], 'is the number of another server', id)
      }
    })
    backend.servers.forEach((server, j) => {
      checkServer(server, backend, config, [...path, 'servers', j], target, report)
    })
    if (backend.balance === 'first' && backend.servers.every((server) => server.maxconn === undefined)) {
      report(
        'warning',
        'first-without-maxconn',
        [...path, 'balance'],
        "without a maxconn on its servers 'first' never leaves the first one",
        'first',
      )
    }
    checkHashing(backend, config, path, report)
    checkCookie(backend, path, report)
    checkStick(backend, config.backends, path, target, report)
    checkReleases(backend, config.backends, path, report)
    checkBackendRules(backend, path, report)
    checkStats(backend.stats, proxyNames(config), [...path, 'stats'], target, report)
  })
}

/** Without a server. */
function answers({ rules = [], stats, errors = {} }: BackendInput): boolean {
  return rules.length > 0 || stats !== undefined || Object.keys(errors).length > 0
}

function checkBackendRules(backend: BackendInput, path: Path, report: Report): void {
  backend.rules?.forEach((rule, j) => {
    const at = [...path, 'rules', j]
    if ('useBackend' in rule.do)
      report('error', 'use-backend-in-backend', [...at, 'do'], 'only a frontend chooses a backend', rule.do.useBackend)
    if (rule.if) checkCondition(rule.if, [...at, 'if'], report)
  })
  const names = backend.servers.flatMap(namesOf)
  backend.useServer?.forEach((rule, j) => {
    const at = [...path, 'useServer', j]
    if (!names.includes(rule.server))
      report(
        'error',
        'unknown-server',
        [...at, 'server'],
        `no such server; there are: ${names.join(', ')}`,
        rule.server,
      )
    if (rule.if) checkCondition(rule.if, [...at, 'if'], report)
  })
  checkResponseRules(backend, path, report)
  backend.persistRules?.forEach((rule, j) => {
    if (rule.if) checkCondition(rule.if, [...path, 'persistRules', j, 'if'], report)
  })
}
