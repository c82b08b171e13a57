import { describe, expect, it } from 'vitest'

import { formatIssue } from '../issue.ts'
import { validateConfig } from '../validate.ts'

const input = (releases: object) => ({
  backends: [
    {
      name: 'app',
      releases: { list: ['r1', { name: 'r2', ids: 'rel-2' }], current: 'r1', ...releases },
      servers: ['r1', 'r2'].map((release) => ({ name: release, release, url: 'http://127.0.0.1:1' })),
    },
  ],
})
const resolved = (releases: object = {}) => validateConfig(input(releases), 'serve').config?.backends[0]!.releases
const issues = (releases: object) => validateConfig(input(releases), 'serve').issues.map(formatIssue)

it('resolves what is not written', () => {
  expect(resolved()).toEqual({
    owner: { name: 'app', formerly: [] },
    list: [
      { name: 'r1', ids: [] },
      { name: 'r2', ids: ['rel-2'] },
    ],
    current: 'r1',
    keptMs: 7 * 86_400_000,
    keptCount: null,
    documents: 'own',
    cookie: { name: 'RELEASE', maxidleS: 1800, maxlifeS: 86_400, domain: [], secure: 'auto', attr: ['SameSite=Lax'] },
    ids: [],
    assets: ['/_next/static/', '/_app/immutable/', '/_nuxt/', '/_astro/', '/assets/'],
    rescue: true,
    live: ['/_app/version.json', '/_nuxt/builds/latest.json'],
    draw: 'client',
  })
  expect(resolved({ list: ['r1', 'r2'], current: 'r2' })?.current).toBe('r2')
  expect(
    validateConfig({ backends: [{ name: 'app', servers: [], stickTable: { type: 'ip', size: 1 } }] }, 'serve').config
      ?.backends[0],
  ).toMatchObject({
    releases: null,
  })
})

describe('kept', () => {
  it.each([
    ['12h', 43_200_000, null],
    [2, null, 2],
    [100, null, 100],
    [60_000, 60_000, null],
    ['365d', 31_536_000_000, null],
  ])('%s', (kept, keptMs, keptCount) => {
    expect(resolved({ kept })).toMatchObject({ keptMs, keptCount })
  })

  it.each([0, 101, '30s', '366d', 'never'])('%s is refused', (kept) => {
    expect(issues({ kept })).toEqual([expect.stringContaining('backends[0].releases.kept: must be')])
  })
})

it("dates end a pin under 'own' only, unless they are written", () => {
  const dates = (releases: object) => {
    const { maxidleS, maxlifeS } = resolved(releases)!.cookie
    return [maxidleS, maxlifeS]
  }
  expect(dates({ documents: 'current' })).toEqual([null, null])
  expect(dates({ documents: 'current', cookie: { maxlife: '8h' } })).toEqual([null, 28_800])
  expect(dates({ cookie: { maxidle: '1h' } })).toEqual([3600, 86_400])
})

it('an id has one place, a draw is a word or a sample', () => {
  expect(resolved({ ids: [{ query: 'dpl' }, { header: 'x-deployment-id' }, { cookie: '__vdpl' }] })?.ids).toEqual([
    { in: 'query', name: 'dpl' },
    { in: 'header', name: 'x-deployment-id' },
    { in: 'cookie', name: '__vdpl' },
  ])
  expect(resolved({ draw: 'source' })?.draw).toBe('source')
  expect(resolved({ draw: 'req.cook(tenant)' })?.draw).toMatchObject({ fetch: 'req.cook', arguments: ['tenant'] })
})

it.each([
  [{ assets: ['assets/'] }, "releases.assets[0]: must begin with '/'"],
  [{ live: ['/a?b'] }, "releases.live[0]: must begin with '/'"],
  [{ documents: 'old' }, 'releases.documents: must be one of: own, current'],
  [{ draw: 'clients' }, 'releases.draw: '],
  [{ ids: [{ header: 'a b' }] }, 'releases.ids[0].header: would break a header'],
  [{ list: [{ name: 'a b' }] }, 'releases.list[0].name: may have letters'],
  [{ cookie: { attr: ['a;b'] } }, 'releases.cookie.attr[0]: would break the header'],
])('%o is refused', (releases, message) => {
  expect(issues(releases).join('\n')).toContain(message)
})
