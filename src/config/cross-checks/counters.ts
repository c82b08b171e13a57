// What counts in stick tables: the tables must be there, keep something, and be in a store that counts.

import type { FrontendInput } from '../options/frontend.ts'
import type { BackendInput } from '../options/backend.ts'
import type { LimpetConfig } from '../options/root.ts'
import type { Takes } from '../rules/samples/argument.ts'
import { converterRow } from '../rules/samples/converter-rows.ts'
import { fetchRow } from '../rules/samples/fetch-rows.ts'
import { namesIn } from '../rules/samples/sample.ts'
import type { Sample } from '../rules/samples/sample.ts'
import type { Target } from '../issue.ts'
import type { Path, Report } from './report.ts'
import { checkTable } from './stick.ts'

type Section = FrontendInput | BackendInput

export function checkCounters(config: LimpetConfig, target: Target, report: Report): void {
  const { frontends = [], backends } = config
  const withTable = new Set(backends.filter(({ stickTable }) => stickTable !== undefined).map(({ name }) => name))
  frontends.forEach((frontend, i) => {
    if (!frontend.stickTable) return
    const path = ['frontends', i, 'stickTable']
    checkTable(frontend, path, target, report)
    if (withTable.has(frontend.name))
      report('error', 'duplicate-name', path, `the backend '${frontend.name}' has a table of this name, too`)
    if ((frontend.stickTable.data ?? []).length === 0)
      report('error', 'option-needs-option', path, 'a frontend stores no servers: its table needs data')
  })
  for (const [sections, place] of [
    [frontends, 'frontends'],
    [backends, 'backends'],
  ] as const) {
    sections.forEach(({ stickTable }: Section, i) => {
      if (stickTable?.exact && (stickTable.data ?? []).length === 0)
        report(
          'error',
          'option-needs-option',
          [place, i, 'stickTable', 'exact'],
          'needs data: this table counts nothing',
        )
      if (stickTable?.store === 'kv' && (stickTable.data ?? []).length > 0) {
        const message = "KV cannot count: take 'durable-object', or 'memory' under limpet serve"
        report('error', 'option-needs-option', [place, i, 'stickTable', 'data'], message)
      }
    })
  }
}

/** It names no table where it could: that of its section is meant. What `sc_…` read tells its table. */
function readsOwnTable({ fetch, arguments: given, converters }: Sample): boolean {
  const isUnnamed = (words: readonly string[], takes: Takes) => {
    const at = takes.indexOf('table?')
    return at !== -1 && (words[at] ?? '') === ''
  }
  return (
    (!fetch.startsWith('sc_') && isUnnamed(given, fetchRow(fetch).takes)) ||
    converters.some((converter) => isUnnamed(converter.arguments, converterRow(converter.name).takes))
  )
}

/** Whether a table is there, of those that a sample or a `trackSc` names. */
export function createTableCheck({ frontends = [], backends }: LimpetConfig, report: Report) {
  const names = [...frontends, ...backends].filter(({ stickTable }) => stickTable !== undefined).map(({ name }) => name)
  const there = names.length === 0 ? 'there is no table' : `there are tables of ${[...new Set(names)].join(', ')}`

  function check(name: string, path: Path, found: unknown): void {
    if (names.includes(name)) return
    report('error', 'unknown-table', path, `there is no stickTable '${name}'; ${there}`, found)
  }

  return {
    /** `own`: the name of the frontend or backend that it is in. */
    sample(sample: Sample, own: string, path: Path, found: string): void {
      for (const name of namesIn(sample, 'table')) check(name, path, found)
      if (readsOwnTable(sample)) check(own, path, found)
    },
    track: (table: string | undefined, own: string, path: Path): void => check(table ?? own, path, table),
  }
}
