import { describe, expect, it } from 'vitest'

import { formatIssue } from '../issue.ts'
import type { LimpetConfig } from '../options/root.ts'
import { checkAdvice } from './advice.ts'
import { collectIssues } from './report.ts'
import { SERVER, told, toldOf } from './testing.ts'

const server = (name: string, release?: string, more: object = {}) => ({ ...SERVER, name, release, ...more })
const R1 = server('s1', 'r1')
const R2 = server('s2', 'r2')
const TWO = { list: ['r1', 'r2'], current: 'r1' }
const at = (place: string) => `error: backends[0].${place}`

it.each<[string, object, readonly string[]]>([
  ['two releases', { releases: TWO, servers: [R1, R2] }, []],
  ['one, which is current', { releases: { list: ['r1'] }, servers: [R1] }, []],
  ['a backup of all releases', { releases: TWO, servers: [R1, R2, { ...SERVER, name: 'sorry', backup: true }] }, []],
  [
    'a server with a release in a backend without',
    { servers: [R1] },
    [`${at('servers[0].release')}: needs the backend's releases, which list it (found "r1")`],
  ],
  [
    'a server without',
    { releases: TWO, servers: [R1, R2, server('s3')] },
    [`${at('servers[2]')}: needs a release, or no request finds it; there are: r1, r2`],
  ],
  [
    'a server of another',
    { releases: TWO, servers: [R1, R2, server('s3', 'r3')] },
    [`${at('servers[2].release')}: is not in the list of releases; there are: r1, r2 (found "r3")`],
  ],
  [
    'one that no server runs',
    { releases: TWO, servers: [R1] },
    [
      'warning: backends[0].releases.list[1]: no server runs this release: give a server `release`, or remove it here (found "r2")',
    ],
  ],
  [
    'no current',
    { releases: { list: ['r1', 'r2'] }, servers: [R1, R2] },
    [
      `${at('releases.current')}: required with more than one release: say which of them new documents come from: r1, r2`,
    ],
  ],
  [
    'a current that is not there',
    { releases: { list: ['r1', 'r2'], current: 'r3' }, servers: [R1, R2] },
    [`${at('releases.current')}: is not in the list of releases; there are: r1, r2 (found "r3")`],
  ],
  [
    'an empty list',
    { releases: { list: [] }, servers: [] },
    [`${at('servers')}: a backend needs at least one server`, `${at('releases.list')}: needs at least one release`],
  ],
  [
    'a word of two releases',
    {
      releases: { list: [{ name: 'r1', ids: ['a', 'b'] }, { name: 'r2', ids: 'b' }, 'r1'], current: 'r2' },
      servers: [R1, R2],
    },
    [
      `${at('releases.list[1]')}: 'b' stands for release 'r1' already (found "b")`,
      `${at('releases.list[2]')}: 'r1' stands for release 'r1' already (found "r1")`,
    ],
  ],
  [
    'words of one release that are alike',
    { releases: { list: [{ name: 'r1', ids: ['r1'] }] }, servers: [R1] },
    [`${at('releases.list[0]')}: 'r1' stands for release 'r1' already (found "r1")`],
  ],
  [
    'an id in two places, and in none',
    { releases: { ...TWO, ids: [{ query: 'dpl' }, { query: 'a', header: 'b' }, {}] }, servers: [R1, R2] },
    [
      `${at('releases.ids[1]')}: needs exactly one of query, header, cookie (found {"query":"a","header":"b"})`,
      `${at('releases.ids[2]')}: needs exactly one of query, header, cookie (found {})`,
    ],
  ],
  [
    'a draw by an answer',
    { releases: { ...TWO, draw: 'res.hdr(x)' }, servers: [R1, R2] },
    [`${at('releases.draw')}: is known in responses only (found "res.hdr(x)")`],
  ],
  ['a draw by a request', { releases: { ...TWO, draw: 'req.cook(tenant)' }, servers: [R1, R2] }, []],
  [
    "the name of the servers' cookie",
    { releases: { ...TWO, cookie: { name: 'S' } }, cookie: { name: 'S' }, servers: [R1, R2] },
    [
      `${at('releases.cookie.name')}: is the name of the cookie that keeps clients on their server: give this one another (found "S")`,
    ],
  ],
  [
    'the default name, once of that cookie',
    { releases: TWO, cookie: { name: 'S', formerly: 'RELEASE' }, servers: [R1, R2] },
    [
      `${at('releases.cookie.name')}: is the name of the cookie that keeps clients on their server: give this one another (found "RELEASE")`,
    ],
  ],
  [
    'a cookie that browsers drop',
    { releases: { ...TWO, cookie: { name: '__Host-R', domain: 'example.com' } }, servers: [R1, R2] },
    [
      `${at('releases.cookie.name')}: browsers drop a '__Host-' cookie that has a domain or is not Secure (found "__Host-R")`,
    ],
  ],
])('%s', (_, backend, messages) => {
  expect(toldOf(backend)).toEqual(messages)
})

describe('`limpet check` notes', () => {
  const notes = (backend: object) => {
    const { issues, report } = collectIssues()
    const url = 'https://s1.shop.test'
    const servers = [R1, R2].map((each) => ({ ...each, url }))
    checkAdvice({ backends: [{ name: 'app', servers, ...backend }] } as unknown as LimpetConfig, report)
    return issues.map((issue) => `${issue.code}: ${formatIssue(issue)}`)
  }
  const current = { ...TWO, documents: 'current' }
  const ids = [{ query: 'dpl' }]

  it('nothing about documents of their own', () => {
    expect(notes({ releases: TWO, cookie: { name: 'S' } })).toEqual([])
    expect(notes({ releases: { ...current, ids } })).toEqual([])
  })

  it.each([
    ['two-tabs: note: backends[0].releases: ', { releases: current }],
    [
      'session-ends-with-release: note: backends[0].releases.documents: ',
      { releases: { ...current, ids }, cookie: { name: 'S' } },
    ],
    [
      'session-ends-with-release: note: backends[0].releases.documents: ',
      { releases: { ...current, ids }, stick: [{ on: 'src' }] },
    ],
  ])('%s', (beginning, backend) => {
    expect(notes(backend)).toEqual([expect.stringContaining(beginning)])
  })

  it('sums of weights that differ, without backups', () => {
    const url = 'https://s1.shop.test'
    const servers = [
      { ...R1, url, weight: 90 },
      { ...R2, url, weight: 10 },
    ]
    expect(notes({ releases: TWO, servers })).toEqual([
      'weights-of-releases: note: backends[0].servers: weights share clients out within a release only, and nothing between releases; ' +
        'the sums are: r1 90, r2 10',
    ])
    expect(
      notes({
        releases: TWO,
        servers: [...servers.slice(0, 1), { ...servers[1], weight: 90 }, { ...servers[1], name: 'b', backup: true }],
      }),
    ).toEqual([])
  })
})

describe('releases of another backend', () => {
  const WEB = { name: 'web', releases: TWO, servers: [R1, R2] }
  const BY_PATH = [{ name: 'www', rules: [{ paths: '/api/*', backend: 'api' }], defaultBackend: 'web' }]
  const ofApi = (api: object) =>
    told({ frontends: BY_PATH, backends: [{ name: 'api', servers: [R1, R2], releases: 'web', ...api }, WEB] })

  it.each<[string, object, readonly string[]]>([
    ['servers of each', {}, []],
    ['one server of all', { servers: [server('s1', '*')] }, []],
    [
      'a backend that is not there',
      { releases: 'wbe' },
      [`${at('releases')}: has no releases of its own; there are: web (found "wbe")`],
    ],
    [
      'itself',
      { releases: 'api' },
      [
        `${at('releases')}: is this backend itself: write { list, current }, or the name of another backend; there are: web (found "api")`,
      ],
    ],
    [
      'a server of a release that is not in the list',
      { servers: [R1, R2, server('s3', 'r3')] },
      [`${at('servers[2].release')}: is not in the list of releases; there are: r1, r2 (found "r3")`],
    ],
    [
      'a server without a release',
      { servers: [R1, R2, server('s3')] },
      [`${at('servers[2]')}: needs a release, or no request finds it; there are: r1, r2`],
    ],
    [
      'none of one release',
      { servers: [R1] },
      [
        'warning: backends[0].releases: no server runs release \'r2\': clients of it get another one here. Give a server `release` (found "web")',
      ],
    ],
    [
      'a cookie with the name of the pin',
      { cookie: { name: 'RELEASE' } },
      [
        `${at('releases')}: is the name of the cookie that keeps clients on their server: give this one another (found "RELEASE")`,
      ],
    ],
  ])('%s', (_, api, expected) => {
    expect(ofApi(api)).toEqual(expected)
  })

  it('are not followed through a third one', () => {
    const chain = ['api', 'more'].map((name, i) => ({ name, servers: [R1, R2], releases: ['web', 'api'][i] }))
    expect(told({ backends: [...chain, WEB] })).toContain(
      "error: backends[1].releases: follows 'web' itself: write 'web'; there are: web (found \"api\")",
    )
  })
})

describe('useRelease', () => {
  it('needs a release of the list', () => {
    const useRelease = [{ release: 'r2' }, { release: 'r3' }]
    expect(toldOf({ releases: TWO, servers: [R1, R2], useRelease })).toEqual([
      `${at('useRelease[1].release')}: is not in the list of releases; there are: r1, r2 (found "r3")`,
    ])
    expect(toldOf({ useRelease: [{ release: 'r2' }] })).toEqual([
      `${at('useRelease[0].release')}: needs the backend's releases, which list it (found "r2")`,
    ])
  })
})
