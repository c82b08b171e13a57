// `cookie ... insert` with every keyword, alone and in the pairs that interact; its dates at their edges.

import type { Answer, Scenario, Step } from '../scenario.ts'

const SERVERS = ['server a {a} cookie A', 'server b {b} cookie B', 'server c {c} cookie C']
const insert = (name: string, options: string, steps: readonly Step[], difference?: string): Scenario => ({
  name: `insert ${options}: ${name}`,
  cfg: [`cookie SRV insert ${options}`, ...SERVERS],
  steps,
  ...(difference === undefined ? {} : { difference }),
})

const ETAG: Answer = { headers: [['ETag', '"x"']] }
const OWN: Answer = {
  headers: [
    ['Set-Cookie', 'SRV=own; Path=/x'],
    ['Set-Cookie', 'other=1; HttpOnly'],
  ],
}

const BASIC: readonly Step[] = [
  {},
  { cookie: 'SRV=B' },
  { cookie: 'x=1; SRV=C; y=2' },
  { cookie: 'SRV=Z' },
  { cookie: 'SRV=' },
  { cookie: 'SRV="B"' },
  { cookie: 'srv=B' },
  { cookie: 'SRVX=B; XSRV=C' },
]

const cookies = [
  '',
  'indirect',
  'nocache',
  'postonly',
  'preserve',
  'httponly',
  'secure',
  'indirect nocache',
  'indirect preserve',
  'indirect httponly secure',
  'nocache preserve',
  'nocache postonly',
].map((options) => insert('who is recognised and what is set', options, BASIC))

const origins = ['', 'indirect', 'preserve', 'indirect preserve', 'postonly', 'postonly preserve'].map((options) =>
  insert("the origin's own cookie of the name", options, [
    { answer: OWN },
    { cookie: 'SRV=B', answer: OWN },
    { cookie: 'SRV=Z', answer: OWN },
    { method: 'POST', cookie: 'SRV=B', body: 'x', answer: OWN },
    { method: 'POST', body: 'x', answer: OWN },
  ]),
)

const CACHEABLE: readonly (readonly [string, Step])[] = [
  ['a plain 200', {}],
  ['an ETag', { answer: ETAG }],
  ['Last-Modified', { answer: { headers: [['Last-Modified', 'Wed, 21 Oct 2015 07:28:00 GMT']] } }],
  ['Expires', { answer: { headers: [['Expires', 'Wed, 21 Oct 2037 07:28:00 GMT']] } }],
  ['max-age', { answer: { headers: [['Cache-Control', 'max-age=60']] } }],
  [
    'max-age=0',
    {
      answer: {
        headers: [
          ['Cache-Control', 'max-age=0'],
          ['ETag', '"x"'],
        ],
      },
    },
  ],
  [
    's-maxage=0',
    {
      answer: {
        headers: [
          ['Cache-Control', 's-maxage=0'],
          ['ETag', '"x"'],
        ],
      },
    },
  ],
  [
    'no-store',
    {
      answer: {
        headers: [
          ['Cache-Control', 'no-store'],
          ['ETag', '"x"'],
        ],
      },
    },
  ],
  [
    'private',
    {
      answer: {
        headers: [
          ['Cache-Control', 'private'],
          ['ETag', '"x"'],
        ],
      },
    },
  ],
  [
    'no-cache',
    {
      answer: {
        headers: [
          ['Cache-Control', 'no-cache'],
          ['ETag', '"x"'],
        ],
      },
    },
  ],
  [
    'Pragma: no-cache',
    {
      answer: {
        headers: [
          ['Pragma', 'no-cache'],
          ['ETag', '"x"'],
        ],
      },
    },
  ],
  [
    'public to a POST',
    {
      method: 'POST',
      body: 'x',
      answer: {
        headers: [
          ['Cache-Control', 'public'],
          ['ETag', '"x"'],
        ],
      },
    },
  ],
  ['a POST with an ETag', { method: 'POST', body: 'x', answer: ETAG }],
  ['a PUT with an ETag', { method: 'PUT', body: 'x', answer: ETAG }],
  ['an OPTIONS with an ETag', { method: 'OPTIONS', answer: ETAG }],
  ['a client that is recognised', { cookie: 'SRV=B', answer: ETAG }],
  ...[203, 300, 301, 302, 404, 410, 500, 501].map((status): readonly [string, Step] => [
    `status ${status} with an ETag`,
    { answer: { ...ETAG, status } },
  ]),
]
const nocache = CACHEABLE.map(([what, step]) => insert(`cache-control for ${what}`, 'nocache', [step]))

const attributes = [
  'domain .example.com',
  'domain .example.com domain .example.org',
  'attr SameSite=None secure',
  'attr SameSite=Lax attr Priority=High httponly domain .example.com',
].map((options) => insert('attributes and their order', options, [{}, { cookie: 'SRV=B' }, { cookie: 'SRV=Z' }]))

const DATES = [
  'B',
  'B|',
  'B|x',
  'B|!!!!!',
  'B|AAAAA',
  'B|{date:-8}',
  'B|{date:-60}',
  'B|{date:-1790}',
  'B|{date:-1820}',
  'B|{date:8}',
  'B|{date:600}',
  'B|{date:86000}',
  'B|{date:86800}',
  'B|{date:-60}|',
  'B|{date:-60}|{date:-60}',
  'B|{date:-60}|{date:-28700}',
  'B|{date:-60}|{date:-28900}',
  'B|{date:-1820}|{date:-60}',
  'B|{date:-60}|{date:86800}',
  'B|{date:600}|{date:-60}',
  'B||{date:-60}',
  'Z|{date:-60}|{date:-3600}',
  'B|{date:-60}x|{date:-60}',
  'B|{date:-60}|{date:-60}|x',
]
const dates = [
  '',
  'maxidle 30m',
  'maxlife 8h',
  'maxidle 30m maxlife 8h',
  'indirect nocache maxidle 30m maxlife 8h',
  'preserve maxidle 30m',
  'postonly maxidle 30m',
].flatMap((options) =>
  Array.from({ length: Math.ceil(DATES.length / 6) }, (_, i) =>
    insert(
      `dates ${i + 1}`,
      options,
      DATES.slice(i * 6, i * 6 + 6).map((value) => ({ cookie: `SRV=${value}` })),
    ),
  ),
)

const jars = ['', 'indirect', 'maxidle 30m', 'maxlife 8h', 'indirect nocache maxidle 30m maxlife 8h'].map(
  (options): Scenario => ({
    ...insert('a browser that comes back', options, [{ jar: true }, { jar: true }, { jar: true }, { jar: true }]),
    isAligned: options.includes('max'),
  }),
)

const headers: readonly Scenario[] = [
  insert('two cookies of the name', '', [{ cookie: 'SRV=Z; SRV=B' }, { cookie: 'SRV=C; SRV=B' }]),
  insert(
    'two Cookie lines',
    'indirect',
    [
      {
        headers: [
          ['Cookie', 'a=1; SRV=B'],
          ['Cookie', 'b=2'],
        ],
      },
    ],
    'workerd joins the lines; they reach the origin as one',
  ),
  insert('blanks and empty pairs', '', [{ cookie: 'SRV=B ' }, { cookie: ';;SRV=B' }, { cookie: 'SRV=B;' }]),
  insert(
    'blanks around the equals sign',
    '',
    [{ cookie: ' SRV = B' }],
    'the origin gets them as the client wrote them; HAProxy takes them out',
  ),
  insert('the only cookie is taken out', 'indirect', [
    { cookie: 'SRV=B' },
    { cookie: 'SRV=Z' },
    { cookie: 'SRV=B; SRV=B' },
  ]),
  insert('a name that is a part of another', 'indirect', [{ cookie: 'SRVX=1; SRV=B; XSRV=2' }]),
  {
    name: 'insert: a server without a cookie',
    cfg: ['cookie SRV insert', 'server a {a}', 'server b {b} cookie B'],
    steps: [{}, {}, { cookie: 'SRV=B' }, { cookie: 'SRV=Z' }, {}],
  },
  {
    name: 'insert dynamic: every server has a value of its own',
    cfg: [
      'dynamic-cookie-key KEY',
      'cookie SRV insert dynamic',
      'server d {dead} backup',
      'server a {a} cookie A',
      'server b {b} cookie B',
    ],
    steps: [{}, {}, { cookie: 'SRV=A' }],
  },
  {
    name: 'insert: two servers with one cookie',
    cfg: ['cookie SRV insert', 'server a {a} cookie X', 'server b {b} cookie X', 'server c {c} cookie C'],
    steps: [{}, {}, {}, { cookie: 'SRV=X' }, { cookie: 'SRV=X' }],
  },
  {
    name: 'insert: the first of two servers with one cookie is disabled',
    cfg: ['cookie SRV insert', 'server a {a} cookie X disabled', 'server b {b} cookie X', 'server c {c} cookie C'],
    steps: [{ cookie: 'SRV=X' }, { cookie: 'SRV=X' }],
  },
]

export const COOKIE_INSERT: readonly Scenario[] = [
  ...cookies,
  ...origins,
  ...nocache,
  ...attributes,
  ...dates,
  ...jars,
  ...headers,
]
