// Releases on the statistics page and in metrics: what is shown to whom, and what the buttons do.

import { describe, expect, it } from 'vitest'

import { configOrThrow } from '../config/validate.ts'
import type { ServerRegistry } from '../health/server-registry.ts'
import { exportMetrics } from './exporter.ts'
import { metricsText } from './metrics.ts'
import { openWindow, scripted, total } from './testing.ts'

const config = configOrThrow(
  {
    frontends: [{ name: 'www', defaultBackend: 'app' }],
    backends: [
      {
        name: 'app',
        releases: { list: ['r1', 'r2'], current: 'r1' },
        servers: [
          { name: 'b1', url: 'https://b1.example', backup: true },
          { name: 's1', release: 'r1', url: 'https://s1.example' },
          { name: 's2', release: 'r2', url: 'https://s2.example' },
          { name: 'all', release: '*', url: 'https://all.example' },
        ],
      },
      { name: 'plain', servers: [{ name: 's1', url: 'https://s1.example' }] },
    ],
  },
  'either',
)
const open = (happened?: (registry: ServerRegistry) => void) =>
  openWindow({}, happened, { config, tables: async () => [] })
const MAY_NOT = { access: { mayChange: false } }
const rowsOf = (text: string) => [...text.matchAll(/<tr id="([^"]+)"/g)].map(([, id]) => id)
/** The line of a release, without its blanks. */
const lineOf = (text: string, release: string) =>
  (text.split(`<tr id="release-app/${release}"`)[1] ?? '').split('</tr>')[0]!.replaceAll(/\s+/g, ' ')
const wordsOf = (line: string) =>
  line
    .replace(/^[^>]*>/, '')
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
const buttonsOf = (line: string) => [...line.matchAll(/value="([a-z]+ r\d)"/g)].map(([, value]) => value)

describe('the page', () => {
  it('has a line for each release above its servers, the newest first; servers of every release have one, too, and are last', async () => {
    const { text } = await open().ask('/stats')
    expect(rowsOf(text).filter((id) => id!.includes('app'))).toEqual([
      'release-app/r2',
      'row-app/s2',
      'release-app/r1',
      'row-app/s1',
      'release-app/*',
      'row-app/b1',
      'row-app/all',
      'row-Backend-app',
    ])
    expect(lineOf(text, 'r2')).toContain('<span class="state maint">new</span>')
  })

  it('says what each is, since when, by whom, and until when', async () => {
    const { ask, post } = open()
    await post('b=app&release=canary+r2&share-r2=12.5')
    const { text } = await ask('/stats', MAY_NOT)
    expect(['r2', 'r1'].map((release) => wordsOf(lineOf(text, release)))).toEqual([
      'r2 canary 12.5 %, since 1970-01-01 00:01Z by 192.0.2.1',
      'r1 current 87.5 %, since 1970-01-01 00:00Z',
    ])
    await post('b=app&release=current+r2')
    expect(wordsOf(lineOf((await ask('/stats', MAY_NOT)).text, 'r1'))).toBe(
      'r1 kept, since 1970-01-01 00:01Z by 192.0.2.1, until 1970-01-08 00:01Z',
    )
  })

  it('has buttons for what may be done, each with a question, for those who may', async () => {
    const { ask, post } = open()
    expect(buttonsOf(lineOf((await ask('/stats')).text, 'r2'))).toEqual(['canary r2', 'current r2'])
    await post('b=app&release=canary+r2&share-r2=10')
    const { text } = await ask('/stats')
    const line = lineOf(text, 'r2')
    expect(buttonsOf(line)).toEqual(['share r2', 'current r2', 'aborted r2'])
    expect(line.match(/<button/g)).toHaveLength(line.match(/data-ask="[A-Z][^"]{20,}"/g)!.length)
    expect(line).toContain('name="share-r2" min="0" max="100" step="any" value="10"')
    expect(buttonsOf(lineOf(text, 'r1'))).toEqual([])
    await post('b=app&release=share+r2&share-r2=29')
    expect(lineOf((await ask('/stats')).text, 'r2')).toContain(' value="29"')
    await post('b=app&release=current+r2')
    expect(buttonsOf(lineOf((await ask('/stats')).text, 'r1'))).toEqual(['canary r1', 'current r1', 'ended r1'])
    expect(lineOf((await ask('/stats', MAY_NOT)).text, 'r1')).not.toContain('<button')
  })

  it('asks before a button of a release even where no server is chosen', async () => {
    const { text } = await open().ask('/stats')
    expect(text).toContain("if (names.length === 0 && ask.includes('{servers}')) return")
    expect(lineOf(text, 'r2')).not.toContain('{servers}')
  })
})

describe('a button', () => {
  it.each([
    ['canary+r2&share-r2=25', { release: 'r2', state: 'canary', share: 0.25, isForced: false }],
    ['current+r2&share-r2=25', { release: 'r2', state: 'current', isForced: false }],
    ['current+r2&force=1', { release: 'r2', state: 'current', isForced: true }],
  ])('%s does what it says, by whoever pressed it', async (words, change) => {
    const { post, calls } = open()
    const { status, headers } = await post(`b=app&release=${words}`)
    expect([status, headers.get('location')]).toEqual([303, '/stats;st=DONE'])
    expect(calls).toEqual([['changeRelease', 'app', change, '192.0.2.1']])
  })

  it.each([
    'b=app&release=',
    'b=app&release=kept+r2',
    'b=app&release=canary+r2',
    'b=app&release=canary+r2&share-r2=all',
    'b=app&release=share+r2&share-r2=-1',
    'b=plain&release=current+r2',
    'b=none&release=current+r2',
    'release=current+r2',
  ])('%s is not understood', async (form) => {
    const { post, calls } = open()
    expect((await post(form)).headers.get('location')).toBe('/stats;st=ERRP')
    expect(calls).toEqual([])
  })

  it('does nothing for those who may only look', async () => {
    const { post, calls } = open()
    expect((await post('b=app&release=current+r2', MAY_NOT)).headers.get('location')).toBe('/stats;st=DENY')
    expect(calls).toEqual([])
  })

  it('that is refused says why, and does it all the same where it can be forced', async () => {
    const { post, ask } = open((registry) => {
      for (const name of ['s2', 'all']) registry.setState(`app/${name}`, 'maint', 0)
    })
    const { status, text } = await post('b=app&release=canary+r2&share-r2=10')
    expect(status).toBe(200)
    expect(text).toContain('<b>0 of 2 servers of app/r2 take new clients, fewer than half of the 2 of r1')
    const form = text.split('class="question"')[1]!.split('</form>')[0]!
    const fields = [...form.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [name!, value!])
    expect(fields.map(([name]) => name)).toEqual(['b', 'force', 'share-r2', 'release'])
    await post(new URLSearchParams(fields).toString())
    expect(wordsOf(lineOf((await ask('/stats', MAY_NOT)).text, 'r2'))).toContain('canary 10 %')
    const { text: again } = await post('b=app&release=canary+r2&share-r2=10')
    expect(again).toContain('<b>app/r2 is the canary already: change its share</b>')
    expect(again).not.toContain('Do it all the same')
  })
})

describe('metrics', () => {
  const metrics = async () => {
    const totals = {
      'backend:app': total({ release_void_pins: 3, release_rescues_found: 2 }),
      'server:app/s1': total({ stot: 7, release_by_pin: 5, release_by_draw: 2 }),
      'server:app/b1': total({ stot: 9, release_by_down: 9 }),
    }
    const counters = async () => ({ sinceMs: 0, isolates: [], totals })
    const { operations } = scripted(undefined, { config, counters })
    await operations.releases!.change('app', { release: 'r2', state: 'canary', share: 0.25 }, 'ann')
    return operations
  }

  it('have the share of each release, its requests by what chose it, rescues, and pins that are over', async () => {
    expect(await metricsText(await metrics())).toContain(`\
# HELP limpet_release_share Share of the clients that get this release, from 0 to 1.
# TYPE limpet_release_share gauge
limpet_release_share{backend="app",release="r1"} 0.75
limpet_release_share{backend="app",release="r2"} 0.25
# HELP limpet_release_requests_total Requests that servers of this release answered, by what chose the release.
# TYPE limpet_release_requests_total counter
limpet_release_requests_total{backend="app",release="r1",by="use"} 0
limpet_release_requests_total{backend="app",release="r1",by="id"} 0
limpet_release_requests_total{backend="app",release="r1",by="live"} 0
limpet_release_requests_total{backend="app",release="r1",by="pin"} 5
limpet_release_requests_total{backend="app",release="r1",by="server"} 0
limpet_release_requests_total{backend="app",release="r1",by="draw"} 2
limpet_release_requests_total{backend="app",release="r1",by="down"} 0
limpet_release_requests_total{backend="app",release="r2",by="use"} 0
limpet_release_requests_total{backend="app",release="r2",by="id"} 0
limpet_release_requests_total{backend="app",release="r2",by="live"} 0
limpet_release_requests_total{backend="app",release="r2",by="pin"} 0
limpet_release_requests_total{backend="app",release="r2",by="server"} 0
limpet_release_requests_total{backend="app",release="r2",by="draw"} 0
limpet_release_requests_total{backend="app",release="r2",by="down"} 0
# HELP limpet_release_rescues_total Files that a release did not have, by whether another one had it.
# TYPE limpet_release_rescues_total counter
limpet_release_rescues_total{backend="app",outcome="found"} 2
limpet_release_rescues_total{backend="app",outcome="missing"} 0
# HELP limpet_release_void_pins_total Requests whose pin names a release that serves nothing any more.
# TYPE limpet_release_void_pins_total counter
limpet_release_void_pins_total{backend="app"} 3
`)
  })

  it('of releases belong to those of backends', async () => {
    const operations = await metrics()
    const shown = async (query: string) => (await exportMetrics(operations, query)).text()
    for (const query of ['', '?scope=backend']) expect(await shown(query)).toContain('\nlimpet_release_share{')
    expect(await shown('?scope=server')).not.toContain('limpet_release')
  })

  it('have none of releases where there are none', async () => {
    expect(await metricsText(scripted().operations)).not.toContain('limpet_release')
  })
})
