// What the log says: its events and fields are names that people's alarms rest on. Each is in docs/log.md, each event is provoked by
// a test, and none that was deployed goes away.

import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { describe, expect, it } from 'vitest'

import { ARRIVAL, holdBalancer } from '../../src/balancer/testing.ts'
import type { LimpetConfig } from '../../src/config/options/root.ts'
import { VERDICT_LETTER } from '../../src/persistence/recall.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const read = (file: string) => readFileSync(`${ROOT}/${file}`, 'utf8')
const filesOf = (...patterns: string[]) => patterns.flatMap((pattern) => globSync(pattern, { cwd: ROOT }))
const words = (text: string) => text.trim().split(/\s+/)

const PAGE = read('docs/log.md')
const SOURCES = filesOf('src/**/*.ts').filter((file) => !file.endsWith('.test.ts'))

/** The rows of the table under a heading, each a list of its cells. */
function tableUnder(heading: string): readonly (readonly string[])[] {
  const section = PAGE.split(/^#+ /m).find((each) => each.startsWith(`${heading}\n`)) ?? ''
  const [, , ...rows] = section.split('\n').filter((line) => line.startsWith('|'))
  return rows.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}
const codes = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code!)

/** Those that were deployed; more are added here, and none is taken out. */
const EVENTS = words(`
  server-state release-state release-servers monitor-unreachable monitor-moved table-unreachable slots-unreachable stats-unreachable snapshot-not-published
  alert-not-delivered clients-share-address check-failed check-differs command-failed command-refused access-refused admin-closed
  list-changed lists-full lists-not-sent binding-missing own-name-fetched header-left-alone error
`)

/** By event, the fields that the code gives it. */
const written = new Map<string, Set<string>>()
for (const file of SOURCES) {
  for (const [, event, rest = ''] of read(file).matchAll(/stringify\(\{\s*event: '([a-z-]+)',?([^}]*)\}/g)) {
    const fields = rest.split(',').flatMap((part) => /^\s*(\w+)/.exec(part)?.[1] ?? [])
    written.set(event!, new Set([...(written.get(event!) ?? []), ...fields]))
  }
}

describe('events', () => {
  it('that src writes are those that were deployed', () => {
    expect([...written.keys()].toSorted()).toEqual(EVENTS.toSorted())
  })

  it('are all in docs/log.md, and no other', () => {
    const documented = tableUnder('Events').flatMap(([event]) => codes(event))
    expect(documented.toSorted()).toEqual(EVENTS.toSorted())
  })

  it.each(tableUnder('Events').map(([event, when, fields, advice]) => [codes(event)[0]!, { when, fields, advice }]))(
    '%s: docs/log.md says when, what to do, and every field',
    (event, { when, fields, advice }) => {
      expect([when, advice]).not.toContain('')
      expect(codes(fields)).toEqual(expect.arrayContaining([...(written.get(event) ?? [])]))
    },
  )

  it('are the only lines that rooms write to the console, besides requests', () => {
    const lines = SOURCES.filter((file) => !file.startsWith('src/cli/')).flatMap((file) =>
      [...read(file).matchAll(/console\.\w+\([^]{0,40}/g)].map(([call]) => `${file}: ${call}`),
    )
    const others = lines.filter((line) => !/: console\.\w+\(\s*JSON\.stringify\(\{\s*event: '/.test(line))
    expect(others.filter((line) => !line.startsWith('src/cloudflare/adapters/log-writer.ts'))).toEqual([])
  })

  it.each(EVENTS)('%s: a test provokes it', (event) => {
    const tests = filesOf('src/**/*.test.ts', 'test/{workerd,platform,e2e,applications}/**/*.test.ts')
      .map(read)
      .join('\n')
    // A word of its own may mean something else.
    const looks = event.includes('-') ? `["'\`]${event}["'\`]` : `event["']?: ?["']${event}["']`
    expect(tests).toMatch(new RegExp(looks))
  })
})

describe('the line of a request', () => {
  const config: LimpetConfig = {
    frontends: [
      {
        name: 'www',
        hosts: ['www.example'],
        uniqueId: { format: '%[uuid()]' },
        captures: { request: [{ sample: 'req.fhdr(user-agent)', len: 8 }] },
        defaultBackend: 'app',
      },
    ],
    backends: [
      {
        name: 'app',
        stickTable: { type: 'string', size: 100 },
        stick: [{ on: 'req.hdr(x-user)' }],
        servers: [{ name: 's1', url: 'https://s1.example' }],
      },
    ],
  }

  async function lineOf(url: string, headers: Record<string, string> = {}): Promise<Record<string, unknown>> {
    const held = await holdBalancer(config, { onCloudflare: true })
    const request = Object.assign(new Request(url, { headers }), { cf: { colo: 'CDG' } })
    await held.handle(request, { ...ARRIVAL, onCloudflare: true })
    return { ...JSON.parse(JSON.stringify(held.lines[0])), wire: undefined } as Record<string, unknown>
  }

  it('has these fields, which docs/log.md explains', async () => {
    const { wire: _, ...line } = await lineOf('https://www.example/a?b=c', { 'x-user': 'ann', 'cf-ray': 'r-CDG' })
    expect(line).toMatchObject({
      client: '192.0.2.1',
      method: 'GET',
      host: 'www.example',
      path: '/a',
      frontend: 'www',
      backend: 'app',
      server: 's1',
      verdict: '--',
      termination: '--',
      status: 200,
      bytes: 0,
      retries: 0,
      redispatches: 0,
      queueMs: 0,
      captured: { requestCookie: null, responseCookie: null, request: [''], response: [] },
      stick: [{ table: 'app', verdict: 'new', asked: 'claim' }],
      colo: 'CDG',
      ray: 'r-CDG',
    })
    expect(line['time']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    const documented = tableUnder('A request').flatMap(([field]) => codes(field))
    // Of a request that a counter refuses (src/balancer/counters.test.ts), and of backends with releases (src/balancer/releases).
    const elsewhere = ['limit', 'release', 'releaseBy', 'rescuedFrom']
    expect(documented.toSorted()).toEqual([...Object.keys(line), ...elsewhere].toSorted())
  })

  it('that no frontend takes has the same, and null for who was asked', async () => {
    expect(await lineOf('https://elsewhere.example/a')).toMatchObject({
      frontend: null,
      backend: null,
      server: null,
      verdict: '--',
      termination: 'PR',
      status: 404,
      durationMs: 0,
    })
  })

  it('has letters of a cookie that docs/log.md explains', () => {
    const rows = tableUnder("The cookie's verdict")
    expect(rows.flatMap(([first]) => codes(first)).toSorted()).toEqual(Object.values(VERDICT_LETTER).toSorted())
    expect(rows.flatMap(([, , second]) => codes(second)).toSorted()).toEqual(words('D I N P R U'))
  })

  it('has letters of its end that docs/log.md explains, and no other', () => {
    const code = SOURCES.filter((file) => /^src\/(?:rules|balancer)\//.test(file))
      .map(read)
      .join('\n')
    const used = new Set([...code.matchAll(/'(--|[CSPLDcs][RQCHD])'/g)].map(([, letters]) => letters))
    expect(
      tableUnder('How it ended')
        .flatMap(([letters]) => codes(letters))
        .toSorted(),
    ).toEqual([...used].toSorted())
  })

  it('has words for stick rules that docs/log.md explains', () => {
    const rows = tableUnder('A stick rule')
    const [stick = ''] = SOURCES.flatMap((file) => read(file).split('export interface StickTrace').slice(1))
    const wordsOf = (field: string) => codes(new RegExp(`${field}: ([^\\n]+)`).exec(stick)?.[1]?.replaceAll("'", '`'))
    expect(rows.flatMap(([verdict]) => codes(verdict)).toSorted()).toEqual(wordsOf('verdict').toSorted())
    expect(rows.flatMap(([, , asked]) => codes(asked)).toSorted()).toEqual(wordsOf('asked').toSorted())
  })
})
