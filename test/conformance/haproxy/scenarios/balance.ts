// The order in which new clients are given servers.

import type { Scenario } from '../scenario.ts'

const order = (balance: string, weights: readonly number[], count: number): Scenario => ({
  name: `balance ${balance} with weights ${weights.join(' ')}`,
  cfg: [`balance ${balance}`, ...weights.map((weight, i) => `server ${'abc'[i]} {${'abc'[i]}} weight ${weight}`)],
  steps: Array.from({ length: count }, () => ({})),
})

const WEIGHTS = [
  [1, 1, 1],
  [3, 2, 1],
  [1, 2, 3],
  [5, 1, 1],
  [1, 5, 2],
  [10, 20, 30],
  [256, 128, 64],
  [7, 3],
  [1, 0, 1],
  [2, 2, 1],
]

const KEYS = [
  '/',
  '/a',
  '/b',
  '/url1',
  '/url2',
  '/url3',
  '/url4',
  '/some/long/path/to/hash',
  '/UPPER',
  '/a?id=1',
  '/a?id=2',
  '/a?id=abc',
  '/a?x=1&id=abc',
  '/a?id=',
]
const hashed = (balance: string, weights: readonly number[], more: readonly string[] = []): Scenario => ({
  name: `balance ${balance} ${more.join(' ')} with weights ${weights.join(' ')}`,
  cfg: [
    `balance ${balance}`,
    ...more,
    ...weights.map((weight, i) => `server ${'abc'[i]} {${'abc'[i]}} weight ${weight}`),
  ],
  steps: KEYS.map((path) => ({ path, headers: [['X-Key', path] as const] })),
})

const HASHED: readonly Scenario[] = [
  [1, 1, 1],
  [3, 2, 1],
  [10, 5, 20],
  [1, 0, 1],
].flatMap((weights) => [
  ...['uri', 'uri whole', 'uri depth 2', 'uri len 3', 'url_param id', 'hdr(x-key)', 'source'].map((balance) =>
    hashed(balance, weights),
  ),
  hashed('uri', weights, ['hash-type map-based sdbm']),
  ...['uri', 'uri whole', 'url_param id', 'hdr(x-key)', 'source'].map((balance) =>
    hashed(balance, weights, ['hash-type consistent']),
  ),
  hashed('uri', weights, ['hash-type consistent sdbm avalanche']),
])

const FUNCTIONS = ['sdbm', 'djb2', 'wt6', 'crc32']

const BY_FUNCTION: readonly Scenario[] = [
  ...FUNCTIONS.flatMap((name) => [
    hashed('hdr(x-key)', [3, 2, 1], [`hash-type map-based ${name} avalanche`]),
    hashed('hdr(x-key)', [3, 2, 1], [`hash-type consistent ${name}`]),
  ]),
  ...['req.hdr(x-key)', 'req.hdr(x-key),lower', 'src', 'url_param(id)', 'path,length'].map((sample) =>
    hashed(`hash ${sample}`, [3, 2, 1], ['hash-type consistent crc32 avalanche']),
  ),
]

export const BALANCE: readonly Scenario[] = [
  ...HASHED,
  ...BY_FUNCTION,
  ...WEIGHTS.flatMap((weights) => [order('roundrobin', weights, 24), order('static-rr', weights, 24)]),
  {
    name: 'hash-type consistent goes by the numbers of servers',
    cfg: ['balance uri', 'hash-type consistent', 'server a {a} id 7', 'server b {b}', 'server c {c} id 1'],
    steps: Array.from({ length: 24 }, (_, i) => ({ path: `/${i}` })),
  },
  {
    name: 'balance leastconn with nobody waiting',
    cfg: ['balance leastconn', 'server a {a}', 'server b {b}', 'server c {c}'],
    // Until the request before has ended for the balancer, too: its client may see the end first.
    steps: Array.from({ length: 9 }, () => ({ waitMs: 150 })),
  },
  {
    name: 'balance leastconn is moved on by clients that are recognised',
    cfg: [
      'balance leastconn',
      'cookie SRV insert',
      'server a {a} cookie A',
      'server b {b} cookie B',
      'server c {c} cookie C',
    ],
    steps: [{}, {}, { cookie: 'SRV=A' }, {}, {}, { cookie: 'SRV=A' }, {}, { cookie: 'SRV=Z' }].map((step) => ({
      ...step,
      waitMs: 150,
    })),
  },
  {
    name: 'balance roundrobin is not moved on by clients that are recognised',
    cfg: [
      'balance roundrobin',
      'cookie SRV insert',
      'server a {a} cookie A',
      'server b {b} cookie B',
      'server c {c} cookie C',
    ],
    steps: [{}, { cookie: 'SRV=A' }, { cookie: 'SRV=C' }, {}, { cookie: 'SRV=Z' }, {}],
  },
  {
    name: 'balance url_param without the parameter goes round',
    cfg: ['balance url_param id', 'server a {a}', 'server b {b}', 'server c {c}'],
    steps: [{}, {}, {}, {}],
  },
]
