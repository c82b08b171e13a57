import { describe, expect, it } from 'vitest'

import { checkCookieNames } from './cookie-names.ts'
import type { LimpetConfig } from '../options/root.ts'

const server = { name: 's1', url: 'https://s1.example.com' }

describe('two backends of one site with one cookie name', () => {
  const backend = (name: string, cookie: object = { name: 'SRV' }) => ({ name, servers: [server], cookie })
  const told = (frontends: object[], backends: object[], more: object = {}) =>
    checkCookieNames({ frontends, backends, ...more } as LimpetConfig)
  const apart = [
    { hosts: ['a.example.com'], backend: 'page' },
    { hosts: ['b.example.com'], backend: 'api' },
  ]
  const byPath = [{ name: 'www', rules: [{ paths: ['/api/*'], backend: 'api' }], defaultBackend: 'page' }]
  const host = (name: string) => ({ sample: 'hdr(host)', values: [name], ignoreCase: true })

  it('is warned of once, with both places and what to do', () => {
    const [issue, ...others] = told(byPath, [backend('page'), backend('api')])
    expect(others).toEqual([])
    expect(issue).toMatchObject({ level: 'warning', path: 'backends[1].cookie.name' })
    expect(issue!.message).toMatch(/^backends\[0\]\.cookie\.name is the same: /)
    expect(issue!.message).toContain("{ name: 'SRV-api', formerly: ['SRV'] }")
  })

  it.each<[string, object[], object[], number, object?]>([
    ['names of their own', byPath, [backend('page'), backend('api', { name: 'API' })], 0],
    [
      "HAProxy's format in both",
      byPath,
      ['page', 'api'].map((name) => backend(name, { name: 'SRV', format: 'haproxy' })),
      0,
    ],
    ['one of them sealed', byPath, [backend('page', { name: 'SRV', format: 'haproxy' }), backend('api')], 1],
    ["HAProxy's defaults", byPath, [backend('page'), backend('api')], 0, { defaults: 'haproxy' }],
    ['no cookie in one', byPath, [backend('page'), { name: 'api', servers: [server] }], 0],
    ['hosts of their own', [{ name: 'www', rules: apart }], [backend('page'), backend('api')], 0],
    [
      'hosts of their own and a domain over both',
      [{ name: 'www', rules: apart }],
      ['page', 'api'].map((name) => backend(name, { name: 'SRV', domain: '.example.com' })),
      1,
    ],
    ['a domain in one alone', byPath, [backend('page', { name: 'SRV', domain: 'example.com' }), backend('api')], 0],
    [
      'a host and all others',
      [{ name: 'www', rules: [apart[1]], defaultBackend: 'page' }],
      [backend('page'), backend('api')],
      0,
    ],
    [
      'a host by path and all others',
      [{ name: 'www', rules: [{ ...apart[1], paths: ['/x'] }], defaultBackend: 'page' }],
      [backend('page'), backend('api')],
      1,
    ],
    [
      'a wildcard over the other',
      [
        {
          name: 'www',
          rules: [
            { hosts: ['a.example.com'], paths: ['/x'], backend: 'page' },
            { hosts: ['*.example.com'], backend: 'api' },
          ],
        },
      ],
      [backend('page'), backend('api')],
      1,
    ],
    [
      "a host out of the other's wildcard",
      [
        {
          name: 'www',
          rules: [
            { hosts: ['a.example.com'], backend: 'page' },
            { hosts: ['*.example.com'], backend: 'api' },
          ],
        },
      ],
      [backend('page'), backend('api')],
      0,
    ],
    [
      'conditions on hosts',
      [
        {
          name: 'www',
          rules: [
            { if: host('a.example.com'), do: { useBackend: 'page' } },
            { if: { all: [host('b.example.com:443'), { pathBeg: '/x' }] }, do: { useBackend: 'api' } },
          ],
        },
      ],
      [backend('page'), backend('api')],
      0,
    ],
    [
      'conditions that leave the host open',
      [
        {
          name: 'www',
          rules: [
            { if: { any: [host('a.example.com'), { pathBeg: '/x' }] }, do: { useBackend: 'page' } },
            { if: { not: host('c.example.com') }, do: { useBackend: 'api' } },
          ],
        },
      ],
      [backend('page'), backend('api')],
      1,
    ],
    [
      'a backend by sample',
      [{ name: 'www', rules: [{ do: { useBackend: '%[path]' } }], defaultBackend: 'page' }],
      [backend('page'), backend('api')],
      1,
    ],
    [
      'two frontends with hosts of their own',
      [
        { name: 'a', hosts: 'a.example.com', defaultBackend: 'page' },
        { name: 'b', hosts: 'b.example.com', defaultBackend: 'api' },
      ],
      [backend('page'), backend('api')],
      0,
    ],
    [
      'two frontends of one host',
      [
        { name: 'a', hosts: 'www.example.com', scheme: 'http', defaultBackend: 'page' },
        { name: 'b', hosts: 'WWW.example.com', scheme: 'https', defaultBackend: 'api' },
      ],
      [backend('page'), backend('api')],
      1,
    ],
    ['a backend that nothing reaches', [{ name: 'www', defaultBackend: 'page' }], [backend('page'), backend('api')], 0],
  ])('%s', (_, frontends, backends, warnings, more) => {
    expect(told(frontends, backends, more)).toHaveLength(warnings)
  })
})

describe('two backends of one site with releases', () => {
  const backend = (name: string, cookie?: object) => ({
    name,
    servers: [{ ...server, release: 'r1' }],
    releases: { list: ['r1'], ...(cookie ? { cookie } : {}) },
  })
  const told = (frontends: object[], backends: object[]) =>
    checkCookieNames({ frontends, backends } as unknown as LimpetConfig).map(({ path, message }) => [path, message])
  const byPath = [{ name: 'www', rules: [{ paths: ['/api/*'], backend: 'api' }], defaultBackend: 'page' }]
  const byHost = [
    {
      name: 'www',
      rules: [
        { hosts: ['a.example.com'], backend: 'page' },
        { hosts: ['b.example.com'], backend: 'api' },
      ],
    },
  ]

  it('need a cookie each', () => {
    expect(told(byPath, [backend('page'), backend('api', { name: 'RELEASE' })])).toEqual([
      ['backends[1].releases.cookie.name', expect.stringContaining("such as { name: 'RELEASE-api' }")],
    ])
    expect(told(byPath, [backend('page'), backend('api', { name: 'R' })])).toEqual([])
    expect(told(byHost, [backend('page'), backend('api')])).toEqual([])
    const domain = { domain: '.example.com' }
    expect(told(byHost, [backend('page', domain), backend('api', domain)])).toHaveLength(1)
    expect(told(byPath, [backend('page'), { name: 'api', servers: [server] }])).toEqual([])
    const follower = { name: 'api', releases: 'page', servers: [{ ...server, release: 'r1' }] }
    expect(told(byPath, [backend('page'), follower])).toEqual([])
    expect(
      told(byPath, [backend('other'), { ...follower, name: 'page', releases: 'web' }, follower, backend('web')]),
    ).toEqual([])
    const both = [
      {
        name: 'www',
        rules: [
          { paths: ['/api/*'], backend: 'api' },
          { paths: ['/x/*'], backend: 'other' },
        ],
      },
    ]
    expect(told(both, [backend('other'), { ...follower, releases: 'web' }, backend('web')])).toHaveLength(1)
  })
})
