// What the statistics page says; how it behaves in a browser is test/applications/page.test.ts's.

import { describe, expect, it } from 'vitest'

import { configOrThrow } from '../config/validate.ts'
import { deploymentOf } from '../deployment.ts'
import type { CheckResult } from '../health/check.ts'
import { createServerRegistry } from '../health/server-registry.ts'
import type { ServerRegistry } from '../health/server-registry.ts'
import type { ServerView } from '../health/server-view.ts'
import { createCounts } from '../stats/tally.ts'
import type { TotalView } from '../stats/totals.ts'
import { statsPage } from './stats-page.ts'
import type { PageInput } from './stats-page.ts'
import { statRows } from './stat-rows.ts'
import { tableOf, total } from './testing.ts'

const server = (name: string, more: object = {}) => ({ name, url: `https://${name}.example.com`, ...more })
const config = configOrThrow(
  {
    backends: [
      { name: 'app', check: { fall: 1 }, servers: [server('s1'), server('s2'), server('b1', { backup: true })] },
    ],
  },
  'either',
)
const TABLE = tableOf({})
const counters = { sinceMs: 0, isolates: [], totals: {} }

function pageWith(checks: Readonly<Record<string, CheckResult>>, more: Partial<PageInput> = {}): string {
  const servers = viewsAfter((registry) => {
    for (const [key, result] of Object.entries(checks)) registry.recordCheck(key, result, 6_000)
  })
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
    releases: [],
    refusal: undefined,
    isAdmin: true,
    outcome: undefined,
    question: undefined,
    refreshS: 5,
    nowMs: 10_000,
    ...more,
  }).replaceAll(/\s+/g, ' ')
}

function viewsAfter(happened: (registry: ServerRegistry) => void): readonly ServerView[] {
  const registry = createServerRegistry(config, new Map(), 0)
  happened(registry)
  return [...registry.entries.values()].map((entry) => registry.view(entry))
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
    const event = { atMs: 0, server: `app/${sly}`, from: sly, to: sly, reason: `${sly}\u202e`, who: `${sly}\u001b` }
    const form = { backend: sly, action: sly, weight: sly }
    const rows = statRows(config, { servers: [], backends: [] }, counters, 0).map((row) => ({
      ...row,
      cells: { ...row.cells, pxname: sly, svname: sly, status: `DOWN ${sly}`, check_status: sly, check_desc: sly },
    }))
    const page = pageWith(
      {},
      {
        uri: `/stats${sly}`,
        target: `/stats;scope=${sly}`,
        host: sly,
        deployment: { name: sly, version: '0.1.0', digest: sly },
        rows,
        all: rows,
        events: [event],
        tables: [{ ...TABLE, name: sly, servers: { [sly]: 1 } }],
        outcome: sly,
        question: { form, servers: [sly], emptied: [{ backend: sly, servers: [sly] }] },
      },
    )
    expect(page).toContain('&lt;script&gt;alert(1)')
    for (const raw of ['<script>', '\u202e', '\u001b']) expect(page).not.toContain(raw)
    // What is left of it is in an attribute's quotes or a text.
    expect(page.match(/<script /g)).toHaveLength(1)
  })
})

describe('a row of the statistics page', () => {
  const rowOf = (id: string, page: string) => new RegExp(`<tr id="row-${id}".*?</tr>`).exec(page)![0]

  it('can be chosen by whoever may change it, if it is a server’s', () => {
    const page = pageWith({})
    expect(rowOf('app/s1', page)).toContain('<input type="checkbox" name="s" value="s1" />')
    expect(rowOf('Backend-app', page)).not.toContain('<input')
    expect(pageWith({}, { isAdmin: false })).not.toMatch(/<input type="checkbox"|name="action"/)
  })

  it('says what the last check said: a code that passed, a cause that did not', () => {
    const page = pageWith({
      'app/s1': { code: 'L7OK', status: 204, durationMs: 2 },
      'app/s2': broken,
      'app/b1': { code: 'L7OKC', status: 404, durationMs: 5 },
    })
    expect(rowOf('app/s1', page)).toContain('title="Layer7 check passed">L7OK 204 in 2 ms<')
    expect(rowOf('app/s2', page)).toContain('>unwanted status 500 (L7STS) in 3 ms<')
    expect(rowOf('app/b1', page)).toContain('>check conditionally passed 404 (L7OKC) in 5 ms<')
    expect(rowOf('app/b1', pageWith({}))).toContain('<td class="check"></td>')
    expect(rowOf('app/s1', pageWith({ 'app/s1': { code: 'L4OK', status: null, durationMs: 1 } }))).toContain(
      '>L4OK in 1 ms<',
    )
  })

  it('says its state and since when, and when it last had a request', () => {
    const page = pageWith({ 'app/s1': refused })
    expect(rowOf('app/s1', page)).toContain('<span class="state down">DOWN</span> <span class="age">4 s</span>')
    expect(rowOf('app/s1', page)).toContain('<td>never</td>')
    expect(rowOf('Frontend-main', page)).toContain('<span class="state up">OPEN</span></td>')
    expect(rowOf('Frontend-main', page)).toMatch(/<td><\/td> <\/tr>$/)
  })
})

describe('a proxy of the statistics page', () => {
  const pageOf = (view: Partial<TotalView>) =>
    pageWith({}, { counters: { ...counters, totals: { 'backend:app': total({}, view) } } })

  it('draws its last minutes, but for the ten seconds that still run', () => {
    const page = pageOf({ history: [0, 4, 2, 9] })
    expect(page).toContain('<polyline points="0.0,32.0 120.0,0.0 240.0,16.0" />')
    expect(page).toContain('at most 4 in ten seconds"')
    expect(page).toContain('Requests in ten seconds, for 1 min; at most 4')
    expect(pageOf({ history: [0, 0, 0] })).toContain('<polyline points="0.0,32.0 240.0,32.0" />')
    expect(pageOf({ history: [3, 9] })).not.toContain('<polyline')
    expect(pageWith({})).not.toContain('<polyline')
  })

  it('says what its clients’ cookies came to, of what there was', () => {
    const counts = { ...createCounts(), verdict_v: 3, verdict_d: 1 }
    expect(pageOf({ counts })).toContain(
      '<p>Requests: 3 with a valid cookie, 1 with the cookie of a server that is down.</p>',
    )
    expect(pageWith({})).not.toContain('<p>Requests:')
  })
})

describe('around it, the statistics page', () => {
  it.each([
    ['DONE', 'Done.'],
    ['PART', 'Some of these servers do not exist; the others were changed.'],
    ['NONE', 'No server was chosen, so nothing was changed.'],
    ['ERRP', 'This could not be understood, so nothing was changed.'],
    ['EXCD', 'The form was too long, so nothing was changed.'],
    ['DENY', 'This is not allowed here, so nothing was changed.'],
    ['constructor', 'Unexpected result.'],
  ])('tells that a form came to %s: %s', (outcome, text) => {
    expect(pageWith({}, { outcome })).toContain(`<p role="status" class="outcome">${text}</p>`)
    expect(pageWith({})).not.toContain('role="status"')
  })

  it('lists the latest changes, with who made them', () => {
    const event = { atMs: 61_000, server: 'app/s1', from: 'UP', to: 'DOWN', reason: 'no answer', who: null }
    const page = pageWith({}, { events: [event, { ...event, who: 'ann' }] })
    expect(page).toContain('<time>1970-01-01T00:01:01Z</time> <b>app/s1</b> UP &rarr; DOWN <small>no answer</small>')
    expect(page).toContain('<small>no answer, by ann</small>')
    expect(pageWith({})).toContain('<p>None.</p>')
  })

  it('says how full stick tables are, and who has most of them', () => {
    const tables = [
      { ...TABLE, count: 3, servers: { s1: 1, s2: 2 } },
      { ...TABLE, name: 'kept', count: undefined },
    ]
    const page = pageWith({}, { tables })
    expect(page).toContain('<li> app: 3 of 100 entries: 2 on s2, 1 on s1 </li>')
    expect(page).toContain('<li> kept: an unknown number of 100 entries </li>')
    expect(pageWith({})).not.toContain('Stick tables')
  })

  // The backend is one of the twenty.
  it.each([
    [19, ''],
    [20, ' and 1 more'],
    [23, ' and 4 more'],
  ])('names twenty of those that are down: of %d servers nineteen%s', (count, more) => {
    const many = Array.from({ length: count }, (_, i) => server(`n${i}`))
    const wide = configOrThrow({ backends: [{ name: 'app', check: { fall: 1 }, servers: many }] }, 'either')
    const registry = createServerRegistry(wide, new Map(), 0)
    for (const { name } of many) registry.setHealth(`app/${name}`, 'down', 1)
    const servers = [...registry.entries.values()].map((entry) => registry.view(entry))
    const rows = statRows(wide, { servers, backends: [] }, counters, 10_000)
    const page = pageWith({}, { rows, all: rows })
    expect(page).toContain(`<title>1 backend down, ${count} servers down – Limpet`)
    expect(page).toContain(`>app/n18</a> (9 s)${more} </p>`)
  })

  it('says who drains and who is in maint, by their names', () => {
    const rows = statRows(
      config,
      {
        servers: viewsAfter(({ setState }) => {
          setState('app/s1', 'maint', 1_000)
          setState('app/s2', 'drain', 2_000)
        }),
        backends: [],
      },
      counters,
      10_000,
    )
    const page = pageWith({}, { rows, all: rows })
    expect(page).toContain(
      '; 1 in maint: <a href="#row-app%2Fs1">app/s1</a> (9 s); 1 in drain: <a href="#row-app%2Fs2">app/s2</a> (8 s)',
    )
    expect(page).toContain('<p class="summary" id="summary">')
    expect(pageWith({ 'app/s1': refused })).toContain('<p class="summary trouble" id="summary">')
  })
})
