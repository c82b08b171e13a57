// The balancer's own answers in the operator's words, passwords, maps and converters.

import type { Scenario, Step } from '../scenario.ts'

const worded = (name: string, cfg: readonly string[], steps: readonly Step[], files = {}): Scenario => ({
  name: `replies: ${name}`,
  cfg: [...cfg, 'server a {a}'],
  steps: steps.map((step) => ({ ...step, comparesBody: true })),
  files,
})
const basic = (credentials: string): Step => ({
  headers: [['Authorization', `Basic ${Buffer.from(credentials).toString('base64')}`]],
})
const SECRET = '$6$abcdefgh$ltjgWl6579NluT/Vi1nwEvcil.G5Nbc4NiXZaNGStk8PSwGfQv72N2CKPPrVACtLtip/cZ/1GM/O6IND4WQhG.'
const ERROR_FILE =
  'HTTP/1.0 403 Forbidden\r\nCache-Control: no-cache\r\nContent-Type: text/plain\r\nX-By: 100% us\r\n\r\nnot you: %[src]\n'

const CREDENTIALS = ['ann:one', 'ann:two', 'bob:secret', 'bob:Secret', 'eve:one', 'ann', ''].map(basic)
const userlist = [
  'userlist u{id}',
  '  group admin users ann',
  '  user ann insecure-password one',
  `  user bob password ${SECRET}`,
]
let guards = 0

/** Each has a client of its own, who may guess. */
const guarded = (name: string, rules: readonly string[], steps: readonly Step[]): Scenario => ({
  name: `replies: ${name}`,
  cfg: [...userlist, 'listen {id}', '  bind {bind}', ...rules.map((rule) => `  ${rule}`), '  server a {a}'],
  steps,
  from: `127.0.1.${++guards}`,
})

const converted = (sample: string, values: readonly string[]): Scenario => ({
  name: `replies: ${sample}`,
  cfg: [
    `http-request set-header X-Out "%[${sample}]"`,
    `http-request set-header X-Found yes if { ${sample} -m found }`,
    'server a {a}',
  ],
  steps: values.map((value) => ({ headers: [['X-In', value] as const], path: `/p/${encodeURIComponent(value)}` })),
  files: MAPS,
})
const MAPS = {
  'hosts.map': '# hosts\nwww.example.com  first\nWWW.example.com second\n/a three words\n',
  'paths.map': '/ root\n/a one\n/a/b two\n',
  'nets.map': '10.0.0.0/8 wide\n10.1.0.0/16 narrow\n127.0.0.1 here\n',
  'res.map': '^a+$ as\n^a ab\n[ not-a-class\n'.split('\n').slice(0, 2).join('\n') + '\n',
}

export const REPLIES: readonly Scenario[] = [
  worded('errorfile', ['errorfile 403 {dir}/403.http', 'http-request deny if { path /no }'], [{ path: '/no' }, {}], {
    '403.http': ERROR_FILE,
  }),
  worded('errorloc', ['errorloc 403 http://sorry.example/%20', 'http-request deny'], [{}]),
  worded('errorloc303', ['errorloc303 403 /sorry', 'http-request deny'], [{}]),
  worded(
    'http-error',
    [
      'http-error status 403 content-type text/plain string "no %[path]" hdr X-Path %[path]',
      'http-error status 429 content-type application/json lf-string "{ \\"path\\": \\"%[path]\\" }"',
      'http-request deny deny_status 429 if { path /slow }',
      'http-request deny if { path /no }',
    ],
    [{ path: '/no' }, { path: '/slow' }, {}],
  ),
  {
    name: 'replies: no server left',
    cfg: ['http-error status 503 content-type text/plain string "closed"', 'server a {a} disabled'],
    steps: [{ comparesBody: true }],
  },
  {
    name: "replies: a backend's words come before its frontend's",
    cfg: [
      'frontend {id}',
      '  bind {bind}',
      '  http-error status 403 content-type text/plain string "front"',
      '  http-error status 429 content-type text/plain string "front"',
      '  http-request deny if { path /front }',
      '  default_backend {id}b',
      'backend {id}b',
      '  http-error status 403 content-type text/plain string "back"',
      '  http-request deny if { path /back }',
      '  http-request deny deny_status 429 if { path /slow }',
      '  server a {a}',
    ],
    steps: ['/front', '/back', '/slow', '/'].map((path) => ({ path, comparesBody: true })),
  },
  worded(
    'return with everything',
    [
      'http-request return status 200 content-type text/plain file {dir}/robots.txt if { path /robots.txt }',
      'http-request return status 410 content-type text/plain lf-string "gone: %[path] for %[src]" hdr X-A a hdr X-A %[path] if { path /old }',
      'http-request return status 204 if { path /none }',
      'http-request return errorfile {dir}/teapot.http if { path /tea }',
    ],
    [{ path: '/robots.txt' }, { path: '/old' }, { path: '/none' }, { path: '/tea' }, {}],
    { 'robots.txt': 'User-agent: *\n', 'teapot.http': ERROR_FILE },
  ),
  worded(
    'what caches are told',
    [
      'errorfile 403 {dir}/kept.http',
      'errorloc302 429 /slower',
      'http-error status 503 content-type text/plain string "closed"',
      'http-request return status 200 content-type text/plain string "a" hdr Cache-Control max-age=60 if { path /kept }',
      'http-request deny if { path /no }',
      'http-request deny deny_status 429 if { path /slow }',
      'http-request deny deny_status 503 if { path /closed }',
      'http-request deny deny_status 404 if { path /none }',
      'http-request deny deny_status 410 content-type text/plain string "gone" if { path /gone }',
    ],
    ['/kept', '/no', '/slow', '/closed', '/gone'].map((path) => ({ path })),
    { 'kept.http': 'HTTP/1.0 403 Forbidden\r\nCache-Control: max-age=5\r\nContent-Type: text/plain\r\n\r\nno\n' },
  ),
  worded(
    'deny in words',
    ['http-request deny deny_status 429 content-type text/plain string "slow down" hdr Retry-After 5'],
    [{}],
  ),
  {
    name: "replies: another answer in the response's place",
    cfg: [
      'cookie SRV insert',
      'http-response set-header X-First yes',
      'http-response deny if { status 404 }',
      'http-response deny deny_status 403 if { status 403 }',
      'http-response return status 200 content-type text/plain string "sorry" if { status 500 }',
      'http-response redirect location /elsewhere code 303 if { status 401 }',
      'http-response set-header X-Last yes',
      'server a {a} cookie A',
    ],
    steps: [200, 404, 403, 500, 401].map((status) => ({ answer: { status }, comparesBody: status === 500 })),
  },
  guarded('http-request auth', ['http-request auth realm Ours unless { http_auth(u{id}) }'], [{}, ...CREDENTIALS]),
  guarded('auth without a realm', ['http-request auth unless { http_auth(u{id}) }'], [{}]),
  guarded('http_auth_group', ['http-request deny unless { http_auth_group(u{id}) admin }'], [{}, ...CREDENTIALS]),
  guarded(
    'http_auth behind other rules and conditions',
    [
      'http-request add-header X-Seen once',
      'http-request del-header Authorization if { path /stripped }',
      'http-request auth realm Ours if !{ path /public } !{ http_auth(u{id}) }',
      'http-request add-header X-Seen again if { http_auth_group(u{id}) admin }',
    ],
    ['/admin', '/public', '/stripped'].flatMap((path) =>
      ['ann:one', 'bob:secret', 'bob:wrong'].map((credentials) => ({ path, ...basic(credentials) })),
    ),
  ),
  guarded(
    'http_auth with a long password',
    ['http-request auth realm Ours unless { http_auth(u{id}) }'],
    [512, 513, 4_000].map((length) => basic(`bob:${'x'.repeat(length)}`)),
  ),
  guarded(
    'http_auth_group where a server is chosen',
    ['use-server b if { http_auth_group(u{id}) admin }', 'server b {b} weight 0'],
    ['ann:one', 'bob:secret', 'ann:wrong'].map(basic),
  ),
  converted('req.hdr(x-in),field(2,-)', ['a-b-c', 'a', 'a-', '-b', 'a--c']),
  converted('req.hdr(x-in),field(-1,-.)', ['a-b.c', 'a', 'a.', '']),
  converted('req.hdr(x-in),word(2,-)', ['a-b-c', 'a', 'a-', '-b', 'a--c']),
  converted('req.hdr(x-in),word(-2,-)', ['a-b-c', 'a', 'a--c--']),
  converted('req.hdr(x-in),length', ['abc', '']),
  converted('req.hdr(x-in),url_dec', ['a%20b', 'a%2', 'a+b', '%41']),
  converted('req.hdr(x-in),upper,lower', ['aBc']),
  converted('src,ipmask(8)', ['-']),
  converted('req.hdr(x-in),map({dir}/hosts.map)', ['www.example.com', 'WWW.example.com', 'www', '/a']),
  converted('req.hdr(x-in),map_str({dir}/hosts.map,none)', ['www.example.com', 'x']),
  converted('req.hdr(x-in),map_beg({dir}/paths.map)', ['/', '/abc', '/a/bc', '/x', 'x']),
  converted('req.hdr(x-in),map_end({dir}/paths.map)', ['/', 'x/a', 'x/a/b', 'x']),
  converted('req.hdr(x-in),map_reg({dir}/res.map)', ['aaa', 'ab', 'b']),
  converted('src,map_ip({dir}/nets.map)', ['-']),
  {
    name: 'replies: a backend by its name in a map',
    cfg: [
      'frontend {id}',
      '  bind {bind}',
      '  use_backend {id}%[path,field(2,/)] if { path_beg /b }',
      '  use_backend {id}%[req.hdr(x-to)] if { req.hdr(x-to) -m found }',
      '  default_backend {id}a',
      'backend {id}a',
      '  server a {a}',
      'backend {id}b',
      '  server b {b}',
      'backend {id}bc',
      '  server c {c}',
    ],
    steps: [
      ...['/a', '/b', '/bc/x', '/bd'].map((path) => ({ path })),
      ...['b', 'a', 'none'].map((to) => ({ headers: [['X-To', to] as const] })),
    ],
  },
  {
    name: 'replies: paths and queries are rewritten with samples',
    cfg: [
      'http-request set-query %[query,upper] if { path /q }',
      'http-request replace-path /v1/(.*) /%[req.hdr(x-in)]/\\1',
      'http-request replace-pathq ^([^?]*)\\?old=(.*)$ \\1/\\2?new=%[method]',
      'http-request replace-header X-In (.*) <\\1|%[path]>',
      'server a {a}',
    ],
    steps: ['/q?a=b', '/v1/x?y=1', '/p?old=7', '/'].map((path) => ({ path, headers: [['X-In', 'in'] as const] })),
  },
  {
    name: 'replies: redirects with options',
    cfg: [
      'redirect prefix http://x.example drop-query if { path /d }',
      'redirect prefix http://x.example append-slash drop-query if { path /s }',
      'redirect prefix http://x.example drop-query append-slash if { path /s/ }',
      'redirect location /in set-cookie SEEN=1 if { path /c }',
      'redirect location /out clear-cookie SEEN= if { path /o }',
      'server a {a}',
    ],
    steps: ['/d?a=1', '/s?a=1', '/s/', '/c', '/o', '/'].map((path) => ({ path })),
  },
  {
    name: 'replies: path parameters',
    cfg: ['http-request set-header X-Id %[url_param(jsessionid,;)]', 'server a {a}'],
    steps: [
      '/a;jsessionid=1',
      '/a;jsessionid=1?x=2',
      '/a;x=1;jsessionid=2',
      '/a?jsessionid=3',
      '/a;jsessionid=4&b=5',
    ].map((path) => ({ path })),
  },
]
