import { expect, it } from 'vitest'

import { told, toldOf } from './testing.ts'

const setHeader = (value: string) => ({ do: { setHeader: { name: 'x', value } } })
const found = (text: string) => `(found ${JSON.stringify(text)})`

it('what samples name is there: maps, backends, lists of users', () => {
  const rules = [
    setHeader('%[path,map(m)]'),
    setHeader('%[nbsrv(app)]'),
    { if: { sample: 'http_auth(staff)' }, do: { auth: {} } },
  ]
  expect(
    told({
      maps: { m: {} },
      userlists: [{ name: 'staff', users: [] }],
      frontends: [{ name: 'www', defaultBackend: 'app', rules }],
    }),
  ).toEqual([])
  expect(told({ maps: { n: {}, o: {} }, frontends: [{ name: 'www', defaultBackend: 'app', rules }] })).toEqual([
    `error: frontends[0].rules[0].do.setHeader.value: no such map 'm'; there are: n, o ${found('%[path,map(m)]')}`,
    `error: frontends[0].rules[2].if.sample: no such userlist 'staff'; there is none ${found('http_auth(staff)')}`,
  ])
  expect(toldOf({ rules: [setHeader('a %[nbsrv(ap)]')] })).toEqual([
    `error: backends[0].rules[0].do.setHeader.value: no such backend 'ap'; there are: app ${found('a %[nbsrv(ap)]')}`,
  ])
})

it('so they are in the format of a unique id', () => {
  const uniqueId = (format: string) =>
    told({ frontends: [{ name: 'www', defaultBackend: 'app', uniqueId: { format } }] })
  expect(uniqueId('%ci-%[nbsrv(app)]')).toEqual([])
  expect(uniqueId('%ci-%[nbsrv(ap)]')).toEqual([
    `error: frontends[0].uniqueId.format: no such backend 'ap'; there are: app ${found('%ci-%[nbsrv(ap)]')}`,
  ])
})

it('so they are in a header that is called check, and not in those of a check', () => {
  const answer = { do: { return: { status: 200, headers: { check: '%[path,map(m)]' } } } }
  expect(toldOf({ rules: [answer] })).toEqual([
    `error: backends[0].rules[0].do.return.headers.check: no such map 'm'; there is none ${found('%[path,map(m)]')}`,
  ])
  expect(toldOf({ check: { headers: { check: '%[path,map(m)]' } } })).toEqual([])
})

const MAPPED = '%[path,map(m)]'
const NO_MAP = `no such map 'm'; there is none ${found(MAPPED)}`

it('so they are in whatever has samples', () => {
  const rules = [
    { do: { useBackend: MAPPED } },
    { do: { setPath: MAPPED } },
    { do: { setQuery: MAPPED } },
    { do: { redirect: { location: MAPPED, prefix: MAPPED } } },
    { do: { replacePath: { match: '/', with: MAPPED } } },
    { do: { deny: { status: 403, bodyTemplate: MAPPED, headers: { name: MAPPED, x: ['y', MAPPED] } } } },
  ]
  expect(told({ frontends: [{ name: 'www', defaultBackend: 'app', rules }] })).toEqual(
    [
      '0].do.useBackend',
      '1].do.setPath',
      '2].do.setQuery',
      '3].do.redirect.location',
      '3].do.redirect.prefix',
      '4].do.replacePath.with',
      '5].do.deny.bodyTemplate',
      '5].do.deny.headers.name',
      '5].do.deny.headers.x[1]',
    ].map((path) => `error: frontends[0].rules[${path}: ${NO_MAP}`),
  )
  const stick = ['on', 'match', 'storeRequest', 'storeResponse'].map((action) => ({ [action]: 'path,map(m)' }))
  expect(toldOf({ stickTable: { type: 'string', size: 9 }, stick })).toEqual(
    ['0].on', '1].match', '2].storeRequest', '3].storeResponse'].map(
      (path) => `error: backends[0].stick[${path}: no such map 'm'; there is none ${found('path,map(m)')}`,
    ),
  )
})

it('text that is taken as it is names nothing', () => {
  expect(
    toldOf({
      check: { uri: MAPPED, headers: { x: MAPPED }, body: MAPPED, expect: { string: MAPPED } },
      errors: { 503: { body: MAPPED } },
      rules: [
        { if: { sample: 'path', values: [MAPPED] }, do: { auth: { realm: MAPPED } } },
        { if: { hdr: { name: 'x', value: MAPPED } }, do: { replacePath: { match: MAPPED, with: '/' } } },
      ],
      stats: { accounts: [{ name: 'ann', password: MAPPED }] },
    }),
  ).toEqual([])
})

it('keys of a map that is looked up by expressions are expressions, and are reported once', () => {
  const maps = { m: { '^/a': 'a', '(': 'b' }, other: { '(': 'c' } }
  const rules = [setHeader('%[path,map_reg(m)]'), setHeader('%[path,map_reg(m)]'), setHeader('%[path,map(other)]')]
  expect(told({ maps, frontends: [{ name: 'www', defaultBackend: 'app', rules }] })).toEqual([
    'error: maps.m: \'(\' at character 1 is never closed (docs/patterns.md) (found "(")',
  ])
})

it('so are frontends and servers', () => {
  const rules = (sample: string) => ({ rules: [setHeader(`%[${sample}]`)] })
  const at = 'backends[0].rules[0].do.setHeader.value'
  for (const fine of ['srv_conn(s1)', 'srv_conn(app/s1)', 'be_conn', 'be_conn(app)', 'fe_conn'])
    expect(toldOf(rules(fine))).toEqual([])
  expect(toldOf(rules('srv_conn(zz)'))).toEqual([
    `error: ${at}: no such server 'zz'; there are: s1 ${found('%[srv_conn(zz)]')}`,
  ])
  expect(toldOf(rules('srv_conn(zz/s1)'))).toEqual([
    `error: ${at}: no such backend 'zz'; there are: app ${found('%[srv_conn(zz/s1)]')}`,
  ])
  expect(toldOf(rules('fe_conn(zz)'))).toEqual([
    `error: ${at}: no such frontend 'zz'; there is none ${found('%[fe_conn(zz)]')}`,
  ])
})

it('a frontend has no backend of its own, unless it is a listen section', () => {
  const frontends = (name: string, sample: string) => [
    { name, defaultBackend: 'app', rules: [setHeader(`%[${sample}]`)] },
  ]
  const at = 'frontends[0].rules[0].do.setHeader.value'
  for (const sample of ['be_conn', 'queue', 'srv_conn(s1)'])
    expect(told({ frontends: frontends('app', sample) })).toEqual([])
  expect(told({ frontends: frontends('www', 'be_conn') })).toEqual([
    `error: ${at}: 'be_conn' needs the name of a backend here; there are: app ${found('%[be_conn]')}`,
  ])
  expect(told({ frontends: frontends('www', 'srv_conn(s1)') })).toEqual([
    `error: ${at}: 'srv_conn' needs the name of a backend here; there are: app ${found('%[srv_conn(s1)]')}`,
  ])
})

it('a text knows what is there when its rule is read', () => {
  const at = 'rules[0].do'
  expect(toldOf({ rules: [setHeader('%[status]')] })).toEqual([
    `error: backends[0].${at}.setHeader.value: is known in responseRules only ${found('%[status]')}`,
  ])
  expect(toldOf({ rules: [{ do: { setVar: { name: 'txn.a', value: 'res.hdr(x)' } } }] })).toEqual([
    `error: backends[0].${at}.setVar.value: is known in responseRules only ${found('res.hdr(x)')}`,
  ])
  const rules = [setHeader('%[be_name]')]
  expect(told({ frontends: [{ name: 'www', defaultBackend: 'app', rules }] })).toEqual([
    `error: frontends[0].${at}.setHeader.value: is known in a backend's rules and in responseRules only ${found('%[be_name]')}`,
  ])
  expect(toldOf({ rules, responseRules: [setHeader('%[status] %[be_name] %[srv_name]')] })).toEqual([])
})

it('lists and maps that conditions and actions name are there, and can be compared with', () => {
  const deny = { deny: { status: 403 } }
  expect(
    told({
      lists: { l: ['x', '10.0.0.0/255.0.0.0'], m: [] },
      maps: { m: { a: '1' } },
      frontends: [
        {
          name: 'www',
          defaultBackend: 'app',
          rules: [
            { if: { sample: 'path', lists: ['l', 'none'] }, do: deny },
            { if: { sample: 'src', lists: 'l' }, do: deny },
            { if: { sample: 'path', match: 'found', lists: 'l' }, do: deny },
            { do: { setMap: { map: 'l', key: '%[src]', value: '%[path,map(none)]' } } },
            { do: { addAcl: { list: 'nowhere', key: 'x' } } },
            { do: { delAcl: { list: 'm', key: 'x' } } },
          ],
        },
      ],
      backends: [{ name: 'app', servers: [{ name: 's', url: 'http://s.example' }] }],
    }),
  ).toEqual([
    'error: lists.m: there is a map of this name, too (found "m")',
    'error: frontends[0].rules[0].if.lists[1]: no such list \'none\'; there are: l, m (found "none")',
    'error: lists.l[0]: must be an address or a network (found "x")',
    'error: frontends[0].rules[2].if.lists: match \'found\' compares with nothing (found "l")',
    'error: frontends[0].rules[3].do.setMap.map: no such map \'l\'; there are: m (found "l")',
    'error: frontends[0].rules[3].do.setMap.value: no such map \'none\'; there are: m (found "%[path,map(none)]")',
    'error: frontends[0].rules[4].do.addAcl.list: no such list \'nowhere\'; there are: l, m (found "nowhere")',
  ])
})
