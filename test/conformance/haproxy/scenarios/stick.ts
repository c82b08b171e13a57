// Stick tables: on, match, store-request, store-response, keys, expiry, full tables, servers that leave.

import type { Scenario, Step } from '../scenario.ts'

const SERVERS = ['server a {a}', 'server b {b}', 'server c {c}']
const stick = (name: string, cfg: readonly string[], steps: readonly Step[], difference?: string): Scenario => ({
  name: `stick: ${name}`,
  cfg,
  steps,
  ...(difference === undefined ? {} : { difference }),
})
const STRINGS = 'stick-table type string len 32 size 1k'
const keyed = (...keys: (string | undefined)[]): readonly Step[] =>
  keys.map((key) => (key === undefined ? {} : { headers: [['X-Key', key] as const] }))
const minting = (id: string, path = '/login'): Step => ({
  path,
  answer: { headers: [['Set-Cookie', `SESSION=${id}; Path=/; HttpOnly`]] },
})
const session = (id: string): Step => ({ cookie: `SESSION=${id}` })
/** Apart in time, so that who ends first is no matter of a millisecond. */
const spaced = (steps: readonly Step[]): readonly Step[] => steps.map((step) => ({ ...step, waitMs: 20 }))
const KEYS = ['one', 'two', undefined, 'one', 'two', 'three', 'one', undefined, 'three', 'two'] as const

const on = (sample: string, steps: readonly Step[], table = STRINGS): Scenario =>
  stick(`on ${sample}, ${table}`, [table, `stick on ${sample}`, ...SERVERS], steps)

export const STICK: readonly Scenario[] = [
  on('req.hdr(x-key)', keyed(...KEYS)),
  on('req.hdr(x-key),lower', keyed('One', 'x', 'oNE', 'y', 'one')),
  on('req.hdr(x-key,1)', keyed('a,b', 'x', 'a,c', 'y', 'b,a')),
  on('hdr(x-key)', keyed('a,b', 'x', 'c,b', 'y', 'b,a')),
  on('req.cook(id)', [
    { cookie: 'id=1' },
    {},
    { cookie: 'x=1; id=1' },
    { cookie: 'ID=1' },
    { cookie: 'id=1; id=2' },
    { cookie: 'id=2' },
  ]),
  on(
    'url_param(u)',
    ['/?u=1', '/', '/x?a=2&u=1', '/?u=2', '/?u=1', '/?u='].map((path) => ({ path })),
  ),
  on(
    'path',
    ['/a', '/b', '/a?x', '/A', '/b', '/a'].map((path) => ({ path })),
  ),
  on(
    'url_param(jsessionid,;)',
    ['/a;jsessionid=1', '/b', '/c;jsessionid=1', '/;jsessionid=2', '/d;jsessionid=1'].map((path) => ({ path })),
  ),
  on('req.hdr(x-key),field(1,.)', keyed('a.1', 'x', 'a.2', 'y', 'a', '.z', '.w')),
  on('src', [{}, {}, {}, {}], 'stick-table type ip size 1k'),
  on('src,ipmask(8)', [{}, {}, {}], 'stick-table type ip size 1k'),
  on('src', [{}, {}, {}, {}], 'stick-table type ipv6 size 1k'),
  on(
    'req.hdr(x-key)',
    keyed('10.0.0.1', '10.0.0.2', '10.0.0.1', 'none', 'none', '10.0.0.2'),
    'stick-table type ip size 1k',
  ),
  on('req.hdr(x-key)', keyed('7', '8', '7', '07', 'x', 'x', '8'), 'stick-table type integer size 1k'),
  on('req.hdr(x-key)', keyed('abcd1', 'zzzz', 'abcd2', 'x', 'abcd'), 'stick-table type string len 5 size 1k'),
  stick(
    'strings are cut off',
    ['stick-table type string len 4 size 1k', 'stick on req.hdr(x-key)', ...SERVERS],
    keyed('abcd1', 'zzzz', 'abcd2', 'x', 'abc'),
  ),
  stick('match alone never learns', [STRINGS, 'stick match req.hdr(x-key)', ...SERVERS], keyed('one', 'one', 'one')),
  stick(
    'match and store-request are on',
    [STRINGS, 'stick match req.hdr(x-key)', 'stick store-request req.hdr(x-key)', ...SERVERS],
    keyed(...KEYS),
  ),
  stick(
    'store-request alone never sticks',
    [STRINGS, 'stick store-request req.hdr(x-key)', ...SERVERS],
    keyed('one', 'one', 'one'),
  ),
  stick(
    "the application's own session",
    [STRINGS, 'stick store-response res.cook(SESSION)', 'stick on req.cook(SESSION)', ...SERVERS],
    [
      minting('s1'),
      minting('s2'),
      minting('s3'),
      session('s2'),
      session('s1'),
      {},
      session('s3'),
      session('s2'),
      session('new'),
      {},
      session('new'),
    ],
  ),
  stick(
    'a session that the origin renews',
    [STRINGS, 'stick store-response res.cook(SESSION)', 'stick on req.cook(SESSION)', ...SERVERS],
    [minting('s1'), {}, { ...minting('s2'), cookie: 'SESSION=s1' }, {}, session('s2'), session('s1')],
  ),
  stick(
    'a header that the origin mints',
    [STRINGS, 'stick store-response res.hdr(x-session)', 'stick match req.hdr(x-session)', ...SERVERS],
    [
      { answer: { headers: [['X-Session', 'm1']] } },
      { answer: { headers: [['X-Session', 'm2']] } },
      {},
      { headers: [['X-Session', 'm2']] },
      { headers: [['X-Session', 'm1']] },
      { headers: [['X-Session', 'other']] },
      { headers: [['X-Session', 'm1']] },
    ],
  ),
  stick(
    'conditions',
    [STRINGS, 'stick on req.hdr(x-key) if { path /s }', 'stick on path unless { path_beg /s }', ...SERVERS],
    [
      { path: '/s', headers: [['X-Key', '1']] },
      { path: '/t', headers: [['X-Key', '1']] },
      { path: '/u', headers: [['X-Key', '1']] },
      { path: '/s', headers: [['X-Key', '1']] },
      { path: '/t' },
      { path: '/sx' },
      { path: '/u' },
    ],
  ),
  stick(
    'the first rule with a key decides',
    [STRINGS, 'stick on req.hdr(x-key)', 'stick on req.cook(id)', ...SERVERS],
    [
      { headers: [['X-Key', 'k']], cookie: 'id=1' },
      { cookie: 'id=1' },
      { cookie: 'id=1' },
      { headers: [['X-Key', 'k']], cookie: 'id=1' },
      { headers: [['X-Key', '1']] },
      {},
    ],
  ),
  stick(
    'match by two keys of one table',
    [STRINGS, 'stick match req.hdr(x-key)', 'stick match req.cook(id)', 'stick store-request req.cook(id)', ...SERVERS],
    [
      { cookie: 'id=1' },
      { headers: [['X-Key', '1']] },
      { cookie: 'id=2' },
      { headers: [['X-Key', '2']], cookie: 'id=1' },
      { headers: [['X-Key', '9']], cookie: 'id=1' },
    ],
  ),
  {
    name: 'stick: a table of another backend, by the numbers of servers',
    cfg: [
      'frontend {id}',
      '  bind {bind}',
      '  use_backend {id}y if { path_beg /y }',
      '  default_backend {id}x',
      'backend {id}x',
      `  ${STRINGS}`,
      '  stick on req.hdr(x-key)',
      '  server a {a} id 20',
      '  server b {b}',
      '  server c {c} id 1',
      'backend {id}y',
      '  stick on req.hdr(x-key) table {id}x',
      '  server one {a}',
      '  server two {b}',
      '  server three {c} id 20',
    ],
    steps: ['k', 'l', 'm', 'n'].flatMap((key) => [
      { headers: [['X-Key', key]] },
      { path: '/y', headers: [['X-Key', key]] },
    ]),
  },
  {
    name: 'stick: a table of another backend, by name and by place',
    cfg: [
      'frontend {id}',
      '  bind {bind}',
      '  use_backend {id}y if { path_beg /y }',
      '  use_backend {id}z if { path_beg /z }',
      '  default_backend {id}x',
      'backend {id}x',
      `  ${STRINGS}`,
      '  stick on req.hdr(x-key)',
      '  server a {a}',
      '  server b {b}',
      '  server c {c}',
      'backend {id}y',
      '  stick on req.hdr(x-key) table {id}x',
      '  server c {c}',
      '  server b {b}',
      '  server a {a}',
      'backend {id}z',
      '  stick on req.hdr(x-key) table {id}x',
      '  server k {c}',
      '  server l {b}',
      '  server m {a}',
    ],
    steps: [
      ['/', 'one'],
      ['/', 'two'],
      ['/y', 'one'],
      ['/y', 'two'],
      ['/z', 'one'],
      ['/z', 'two'],
      ['/y', 'new'],
      ['/', 'new'],
    ].map(([path, key]) => ({ path: path!, headers: [['X-Key', key!] as const] })),
  },
  stick(
    'cookies win, and the entry follows',
    [
      STRINGS,
      'cookie SRV insert indirect',
      'stick on req.hdr(x-key)',
      ...SERVERS.map((line) => `${line} cookie ${line.at(7)!.toUpperCase()}`),
    ],
    [
      ...keyed('one'),
      { headers: [['X-Key', 'one']], cookie: 'SRV=C' },
      ...keyed('one', 'two'),
      { cookie: 'SRV=B' },
      { headers: [['X-Key', 'two']], cookie: 'SRV=none' },
    ],
  ),
  stick(
    'use-server wins, and the entry follows',
    [STRINGS, 'stick on req.hdr(x-key)', 'use-server c if { path /c }', ...SERVERS],
    [...keyed('one'), { path: '/c', headers: [['X-Key', 'one']] }, ...keyed('one', 'two')],
  ),
  stick(
    'a weightless server keeps its keys',
    [STRINGS, 'stick on req.hdr(x-key)', 'use-server b if { path /b }', 'server a {a}', 'server b {b} weight 0'],
    [...keyed('x', 'y'), { path: '/b', headers: [['X-Key', 'one']] }, ...keyed('one', 'x', 'one')],
  ),
  stick(
    'a server that refuses loses its keys by redispatch',
    [STRINGS, 'stick on req.hdr(x-key)', 'option redispatch 1', 'server a {dead}', 'server b {b}', 'server c {c}'],
    keyed('one', 'one', 'two', 'two', 'three', 'one', 'three'),
  ),
  stick(
    'without redispatch a key stays where nobody answers',
    [STRINGS, 'stick on req.hdr(x-key)', 'retries 0', 'server a {dead}', 'server b {b}'],
    keyed('one', 'two', 'two', 'two'),
  ),
  stick(
    'a disabled server is not chosen',
    [
      STRINGS,
      'stick on req.hdr(x-key)',
      'use-server b if { path /b }',
      'server a {a}',
      'server b {b} disabled',
      'server c {c}',
    ],
    [{ path: '/b', headers: [['X-Key', 'one']] }, ...keyed('one', 'one')],
  ),
  stick(
    'a non-stick server is never stored',
    [STRINGS, 'stick on req.hdr(x-key)', 'server a {a} non-stick', 'server b {b}'],
    keyed('one', 'one', 'one', 'two', 'two'),
  ),
  stick(
    'entries expire when they are not used',
    ['stick-table type string len 32 size 1k expire 1s', 'stick on req.hdr(x-key)', ...SERVERS],
    [
      ...keyed('one', undefined, 'one'),
      { ...keyed('one')[0]!, waitMs: 700 },
      { ...keyed('one')[0]!, waitMs: 700 },
      {},
      { ...keyed('one')[0]!, waitMs: 1700 },
    ],
  ),
  // A key that is known may evict another in HAProxy, never here; which one it is there changes from run to run.
  stick(
    'a full table drops who ends first, as long as all keys are new',
    [
      'stick-table type string len 32 size 2 expire 1m',
      'stick match req.hdr(x-key)',
      'stick store-request req.hdr(x-key) unless { path /look }',
      ...SERVERS,
    ],
    spaced([
      ...keyed('one', 'two', 'three'),
      ...keyed('two', 'three', 'one').map((step) => ({ ...step, path: '/look' })),
    ]),
  ),
  stick(
    'a full table with nopurge takes nobody in',
    ['stick-table type string len 32 size 2 expire 1m nopurge', 'stick on req.hdr(x-key)', ...SERVERS],
    keyed('one', 'two', 'three', 'three', 'one', 'three', 'two', 'one'),
  ),
  stick(
    'ignore-persist is about cookies alone',
    [
      STRINGS,
      'cookie SRV insert',
      'ignore-persist if { path /i }',
      'stick on req.hdr(x-key)',
      ...SERVERS.map((line) => `${line} cookie ${line.at(7)!.toUpperCase()}`),
    ],
    [
      ...keyed('one', undefined),
      { path: '/i', headers: [['X-Key', 'one']] },
      { path: '/i', headers: [['X-Key', 'one']], cookie: 'SRV=C' },
    ],
  ),
]
