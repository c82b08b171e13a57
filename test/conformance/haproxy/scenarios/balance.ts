// The order in which new clients are given servers.

import type { Scenario, Step } from '../scenario.ts'

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

const LARGE = 'x'.repeat(60_000)

const post = (body: string, path = '/'): Step => ({
  method: 'POST',
  path,
  headers: [['Content-Type', 'application/x-www-form-urlencoded']],
  body,
})

const posted = (name: string, balance: string, steps: readonly Step[], more: readonly string[] = []): Scenario => ({
  name,
  cfg: [
    balance,
    'timeout http-request 1s',
    ...more,
    'server a {a} cookie A',
    'server b {b} cookie B',
    'server c {c} cookie C',
  ],
  steps,
})

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
  ...['balance url_param id', 'balance url_param id check_post'].flatMap((balance) => [
    posted(`${balance}: parameters of a form`, balance, [
      ...['id=5', 'a=1&id=7', '&id=3', 'id=zz&id=5', 'xid=5&id=7', 'id=', 'id=&b=1', 'id=a+b%20c'].map((body) =>
        post(body),
      ),
      post('a=1&id=7', '/?x=1'),
      post('id=7', '/?id=5'),
      { path: '/?id=7' },
      { path: '/?id=5' },
    ]),
    posted(`${balance}: bodies that are no form`, balance, [
      ...['a=1', 'a=1;id=7', 'Id=5', 'id', 'id={x', 'id= 8', 'id=\u0001', 'id=7{8', 'id=7\r\nx', '{}&id=7', ''].map(
        (body) => post(body),
      ),
      { method: 'PUT', body: 'id=7' },
      { method: 'PUT', body: 'id=7' },
    ]),
    posted(`${balance}: a body that is larger than the buffer`, balance, [
      post(`id=7&x=${LARGE}`),
      post(`id=5&x=${LARGE}`),
      post(`x=${LARGE}&id=7`),
      post(`x=${LARGE}&id=7`),
      {},
    ]),
  ]),
  {
    ...posted('balance url_param waits for a body', 'balance url_param id', [
      { ...post('a=1'), bodyLater: { afterMs: 300, text: '&id=7' } },
      { ...post('a=1'), bodyLater: { afterMs: 300, text: '&id=5' } },
      { ...post('a=1'), bodyLater: { afterMs: 2500, text: '&id=7' } },
      { ...post('a=1', '/?id=5'), bodyLater: { afterMs: 300, text: '&id=7' } },
    ]),
    isTimed: true,
  },
  posted(
    'balance url_param of a form with a cookie',
    'balance url_param id',
    [post('id=7'), { ...post('id=7'), cookie: 'SRV=A' }, { ...post('id=5'), jar: true }, post('id=5')],
    ['cookie SRV insert'],
  ),
  {
    name: 'balance url_param without the parameter goes round',
    cfg: ['balance url_param id', 'server a {a}', 'server b {b}', 'server c {c}'],
    steps: [{}, {}, {}, {}],
  },
]
