// What the statistics page says; how it behaves in a browser is test/applications/page.test.ts's.

import { describe, expect, it } from 'vitest'

import { configOrThrow } from '../config/validate.ts'
import { deploymentOf } from '../deployment.ts'
import type { CheckResult } from '../health/check.ts'
import { createLedger } from '../health/ledger.ts'
import { statsPage } from './stats-page.ts'
import type { PageInput } from './stats-page.ts'
import { statRows } from './stat-rows.ts'

const server = (name: string, more: object = {}) => ({ name, url: `https://${name}.example.com`, ...more })
const config = configOrThrow(
  {
    backends: [
      { name: 'app', check: { fall: 1 }, servers: [server('s1'), server('s2'), server('b1', { backup: true })] },
    ],
  },
  'either',
)
const counters = { sinceMs: 0, isolates: [], totals: {} }

function pageWith(checks: Readonly<Record<string, CheckResult>>, more: Partial<PageInput> = {}): string {
  const ledger = createLedger(config, new Map(), 0)
  for (const [key, result] of Object.entries(checks)) ledger.recordCheck(key, result, 6_000)
  const servers = [...ledger.entries.values()].map((entry) => ledger.view(entry))
  const rows = statRows(config, { servers, backends: [] }, counters, 10_000)
  return statsPage({
    uri: '/stats',
    target: '/stats',
    nonce: 'n',
    host: 'app.example.com',
    deployment: deploymentOf(config, 'limpet-production'),
    rows,
    all: rows,
    counters,
    events: [],
    tables: [],
    isAdmin: true,
    outcome: undefined,
    question: undefined,
    refreshS: 5,
    nowMs: 10_000,
    ...more,
  }).replaceAll(/\s+/g, ' ')
}

const refused = { code: 'L4CON', status: null, durationMs: 0.4 } as const
const broken = { code: 'L7STS', status: 500, durationMs: 3 } as const

describe('the statistics page', () => {
  it('says first what is down, since when and why', () => {
    const page = pageWith({ 'app/s1': refused, 'app/s2': broken })
    expect(page).toContain('<b >1 backend, 2 of 3 servers down</b >')
    expect(page).toContain(
      '<a href="#row-app%2Fs1">app/s1</a> (4 s, connection refused or unreachable), <a href="#row-app%2Fs2">app/s2</a> (4 s, unwanted status 500)',
    )
    expect(page).toContain('<title>2 servers down – Limpet statistics, app.example.com</title>')
    expect(pageWith({})).toContain('<b >1 backend, 0 of 3 servers down</b >')
    expect(pageWith({ 'app/s1': refused, 'app/s2': refused, 'app/b1': refused })).toContain(
      '<b >1 backend (1 down), 3 of 3 servers down</b >',
    )
  })

  it('calls a server a backup, and no backend one', () => {
    const page = pageWith({ 'app/s1': refused })
    expect(page.match(/<small>backup<\/small>/g)).toHaveLength(1)
    expect(page).toMatch(/id="row-app\/b1".*<small>backup<\/small>.*id="row-Backend-app"/)
  })

  it('links to no row that it does not show', () => {
    const page = pageWith({ 'app/s1': refused }, { rows: [] })
    expect(page).toContain('1 of 3 servers down')
    expect(page).not.toContain('href="#row-')
  })

  it('says what its deployment is made of to those who may change it', () => {
    expect(pageWith({})).toContain(`app.example.com: Limpet 0.1.0 on limpet-production, configuration ${config.digest}`)
    expect(pageWith({}, { isAdmin: false })).not.toMatch(/0\.1\.0|limpet-production/)
  })

  it('escapes what others wrote', () => {
    const sly = '"><script>alert(1)</script>'
    expect(pageWith({}, { target: `/stats;scope=${sly}`, host: sly })).not.toContain('<script>alert')
  })
})
