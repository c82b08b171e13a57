// What the shape of a stick table and its rules does not show: tables that are not there, rules that cannot be asked where
// they stand, stores that the target does not have.

import { checkCondition } from './conditions.ts'
import type { Path, Report } from './report.ts'
import type { Target } from '../issue.ts'
import { needsResponse, parseSample } from '../rules/samples/sample.ts'
import type { BackendInput } from '../options/backend.ts'
import { actionOf, defaultShards, parseSize, STICK_ACTIONS } from '../options/stick.ts'
import { ms } from '../units.ts'

/** KV keeps nothing for a shorter time. */
const KV_LEAST_MS = 60_000

export function checkStick(
  backend: BackendInput,
  backends: readonly BackendInput[],
  path: Path,
  target: Target,
  report: Report,
): void {
  checkTable(backend, [...path, 'stickTable'], target, report)
  backend.stick?.forEach((rule, j) => {
    const at = [...path, 'stick', j]
    const action = actionOf(rule)
    if (!action) return report('error', 'one-of-options', at, `needs exactly one of ${STICK_ACTIONS.join(', ')}`, rule)
    const isResponse = action === 'storeResponse'
    if (!isResponse && needsResponse(parseSample(rule[action]!)!)) {
      report('error', 'response-sample', [...at, action], 'is known in storeResponse only', rule[action])
    }
    if (rule.if) checkCondition(rule.if, [...at, 'if'], report, isResponse)
    const table = rule.table ?? backend.name
    const tables = backends.filter(({ stickTable }) => stickTable !== undefined).map(({ name }) => name)
    if (!tables.includes(table)) {
      const there = tables.length === 0 ? 'no backend has one' : `these backends have one: ${tables.join(', ')}`
      report(
        'error',
        'unknown-table',
        rule.table === undefined ? at : [...at, 'table'],
        `there is no stickTable '${table}'; ${there}`,
      )
    }
  })
}

export function checkTable(
  { stickTable: table }: Pick<BackendInput, 'stickTable'>,
  path: Path,
  target: Target,
  report: Report,
): void {
  if (!table) return
  const { store = 'durable-object', size } = table
  const shards = table.shards ?? defaultShards(parseSize(size)!)
  if (table.jurisdiction !== undefined && store !== 'durable-object') {
    const message = `means nothing for store '${store}': remove it, or take 'durable-object'`
    report('error', 'option-needs-option', [...path, 'jurisdiction'], message, table.jurisdiction)
  } else if (table.jurisdiction !== undefined && target === 'serve') {
    const message = 'is ignored by limpet serve, which keeps every table on this machine'
    report('warning', 'ignored-option', [...path, 'jurisdiction'], message, table.jurisdiction)
  }
  if (store === 'kv') {
    if (target === 'serve') {
      report(
        'error',
        'store-not-here',
        [...path, 'store'],
        "is there on Cloudflare only: under serve take 'durable-object' or 'memory'",
        store,
      )
    }
    report(
      'warning',
      'kv-is-eventual',
      [...path, 'store'],
      'KV takes up to a minute to tell other locations: parallel first requests may part',
      store,
    )
    if (table.expire !== undefined && ms(table.expire) < KV_LEAST_MS) {
      report('error', 'invalid-value', [...path, 'expire'], 'KV keeps entries for a minute at least', table.expire)
    }
    for (const option of ['nopurge', 'issuedDisplaces', 'sourceShare', 'shards', 'previousShards'] as const) {
      if (table[option] !== undefined)
        report(
          'error',
          'option-needs-option',
          [...path, option],
          'means nothing for KV, which has no bounds',
          table[option],
        )
    }
  }
  if (store === 'memory' && target === 'cloudflare') {
    report(
      'error',
      'store-not-here',
      [...path, 'store'],
      "isolates on Cloudflare come and go, each with its own memory: take 'durable-object'",
      store,
    )
  }
  if (store === 'durable-object' && parseSize(size)! < shards) {
    report('error', 'invalid-value', [...path, 'size'], `is less than one entry for each of the ${shards} shards`, size)
  }
  if (table.previousShards !== undefined && table.expire === undefined) {
    report(
      'error',
      'option-needs-option',
      [...path, 'previousShards'],
      'is read for one expire, and there is none',
      table.previousShards,
    )
  }
  if (table.previousShards !== undefined && table.previousShards === shards) {
    report('error', 'invalid-value', [...path, 'previousShards'], 'is the same as shards', table.previousShards)
  }
}
