// What rules do besides headers and paths: variables, after-response, statuses, redirects, methods.

import type { Scenario, Step } from '../scenario.ts'

const actions = (name: string, cfg: readonly string[], steps: readonly Step[] = [{}]): Scenario => ({
  name: `actions: ${name}`,
  cfg: [...cfg, 'server a {a}'],
  steps,
})

/** What variables hold after some lines, each between bars. */
const variables = (name: string, lines: readonly string[], names: string, steps?: readonly Step[]): Scenario =>
  actions(
    `variables: ${name}`,
    [
      ...lines,
      `http-request return status 200 content-type text/plain lf-string "${names
        .split(' ')
        .map((each) => `%[var(${each})]|`)
        .join('')}"`,
    ],
    steps,
  )

const SETS = [
  'txn.a) str(a)',
  'txn.a) req.hdr(x-none)',
  'txn.b,ifexists) str(b)',
  'txn.c,ifnotexists) str(c)',
  'txn.c,ifnotexists) str(d)',
  'txn.e,ifset) str(e)',
  'txn.f,ifnotset) str(f)',
  'txn.g) nbsrv({id})',
  'txn.g,ifgt) dst_port',
  'txn.h) nbsrv({id})',
  'txn.h,iflt,ifexists) nbsrv({id})',
  'txn.i) str(abc)',
  'txn.i,ifgt) str(abd)',
  'req.j) str(j)',
  'res.k) str(k)',
  'sess.l) path,lower',
  'txn.m,) method',
]
  .map((line) => `http-request set-var(${line}`)
  .concat('http-request set-var-fmt(txn.d,ifnotempty) %[req.hdr(x-none)]')

const COPIES = 'http-response set-header X-Copies "%[var(txn.host)]|%[var(req.host)]|%[var(res.type)]"'
const CORS = [
  'http-request set-var(txn.origin) req.hdr(origin)',
  'http-after-response set-header Access-Control-Allow-Origin %[var(txn.origin)] if { var(txn.origin) -m end .example }',
  'http-request return status 204 if { method OPTIONS }',
  'http-request deny if { path /secret }',
  'http-request redirect location /there code 301 if { path /here }',
]
const origin = (value: string, step: Step = {}): Step => ({ ...step, headers: [['Origin', value]] })

export const ACTIONS: readonly Scenario[] = [
  variables(
    'set-var and its conditions',
    SETS,
    'txn.a txn.b txn.c txn.d txn.e txn.f txn.h txn.i req.j res.k sess.l txn.m',
    [{}, { path: '/Abc', method: 'HEAD' }, { path: '/Abc' }],
  ),
  variables(
    'set-var-fmt and unset-var',
    [
      'http-request set-var-fmt(txn.a) "%[method] to %[path] 100%%"',
      'http-request set-var(txn.b) str(b)',
      'http-request unset-var(txn.b)',
      'http-request set-var(txn.b,ifexists) str(c)',
      'tcp-request content set-var(txn.c) src',
    ],
    'txn.a txn.b txn.c',
    [{ path: '/x' }],
  ),
  actions('variables: set in the request, used in the response', [
    'http-request set-var(txn.host) req.hdr(host)',
    'http-request set-var(req.host) req.hdr(host)',
    'http-response set-var(res.type) res.hdr(content-type)',
    COPIES,
  ]),
  actions(
    'variables: a condition reads them',
    [
      'http-request set-var(txn.a) url_param(a)',
      'http-request deny if { var(txn.a) -m str no }',
      'http-request deny deny_status 404 unless { var(txn.a) -m found }',
    ],
    [{ path: '/?a=no' }, { path: '/?a=yes' }, {}],
  ),
  actions('after-response: CORS', CORS, [
    origin('https://a.example'),
    origin('https://a.test'),
    origin('https://a.example', { method: 'OPTIONS' }),
    origin('https://a.example', { path: '/secret' }),
    origin('https://a.example', { path: '/here' }),
    {},
  ]),
  actions(
    'after-response: every response, and what it does with headers',
    [
      'http-after-response set-status 404 if { status 204 }',
      'http-after-response del-header X-Pre- -m beg',
      'http-after-response replace-value Cache-Control ^public$ private',
      'http-after-response replace-header X-Line (.*) <\\1>',
      'http-after-response allow if { res.hdr(x-allow) -m found }',
      'http-after-response set-header X-Last %[status]',
      'http-request return status 204 if { path /204 }',
      'http-request return status 200 hdr X-Pre-A 1 hdr X-pre-b 2 hdr X-Post 3 hdr Cache-Control "public, max-age=1" hdr X-Line "a, b" if { path /headers }',
      'http-request return status 200 hdr X-Allow 1 if { path /allow }',
      'http-request auth if { path /auth }',
    ],
    [{}, { path: '/204' }, { path: '/headers' }, { path: '/allow' }, { path: '/auth' }],
  ),
  {
    name: "actions: after-response: the backend's rules, then the frontend's",
    cfg: [
      'frontend {id}',
      'bind {bind}',
      'http-after-response set-header X-Order "f %[res.hdr(x-order)]"',
      'http-request deny if { path /f }',
      'default_backend {id}b',
      'backend {id}b',
      'http-after-response set-header X-Order "b %[status]"',
      'http-request deny if { path /b }',
      'http-response deny if { status 200 } { res.hdr(x-none) -m found }',
      'server a {a}',
    ],
    steps: [{}, { path: '/f' }, { path: '/b' }],
  },
  actions('set-status of a response', [
    'http-response set-status 503 reason "Slow Down" if { res.hdr(content-type) -m found }',
  ]),
  actions(
    'redirect: texts with samples',
    [
      'http-request redirect location https://%[hdr(host)]%[path] code 301 if { path /a }',
      'http-request redirect location %[url_param(to)] ignore-empty if { path /ignore }',
      'http-request redirect prefix http://www.%[hdr(host)] code 308 if { path /prefix }',
      'http-request redirect scheme https drop-query append-slash code 301 set-cookie A=b if { path /scheme }',
      'http-request redirect scheme %[url_param(s)] if { path /to }',
      'http-request redirect location / clear-cookie A= if { path /clear }',
    ],
    [
      { path: '/a?x' },
      { path: '/ignore' },
      { path: '/ignore?to=/x' },
      { path: '/prefix?a=b' },
      { path: '/scheme?a=b' },
      { path: '/to?s=ftp' },
      { path: '/clear' },
    ],
  ),
  actions(
    'redirect: the keyword takes texts as they are',
    [
      'redirect location https://x/%[path] if { path /a }',
      'redirect prefix http://x/%20 if { path /b }',
      'redirect scheme https if { path /c }',
    ],
    [{ path: '/a' }, { path: '/b' }, { path: '/c?d' }],
  ),
  actions(
    'set-method of a request with a body',
    [
      'http-request set-method PUT if { path /put }',
      'http-request set-method POST if { path /post }',
      'http-request set-method PURGE if { path /purge }',
      'http-request set-header X-Method %[method]|%[capture.req.method]',
      'retries 2',
    ],
    ['/put', '/post', '/purge', '/other'].flatMap((path): readonly Step[] => [
      { path, method: 'POST', body: 'a=1&b=2', answer: { echoes: true } },
      { path, method: 'PATCH', body: 'x'.repeat(70_000), answer: { echoes: true } },
    ]),
  ),
  actions(
    'the method, the path and query, the whole URI',
    [
      'http-request set-method DELETE if { path /m }',
      'http-request set-pathq /pq?%[path] if { path /p }',
      'http-request set-uri /u?%[query] if { path /u }',
      'http-request replace-value X-A ^b(.)$ <\\1>',
      'http-request del-header x-internal -m beg',
    ],
    [
      { path: '/m' },
      { path: '/p?q' },
      { path: '/u?q=1' },
      {
        headers: [
          ['X-A', 'b1, c, b2'],
          ['X-Internal-1', 'x'],
          ['X-Internal', 'y'],
          ['X-Inter', 'z'],
        ],
      },
    ],
  ),
  actions(
    'allow ends the rules of http-request',
    [
      'http-request allow if { path /open }',
      'http-request set-header X-A b',
      'http-request deny if { url_param(x) -m found }',
    ],
    [{ path: '/open?x=1' }, { path: '/?x=1' }, { path: '/open' }, {}],
  ),
  actions(
    'tcp-request content accepts before it refuses',
    [
      'tcp-request content accept if { path /open }',
      'tcp-request content set-var(txn.a) str(a)',
      'http-request deny if { var(txn.a) -m found }',
    ],
    [{ path: '/open' }, {}],
  ),
  actions(
    'set-src: rules and X-Forwarded-For know the new address',
    ['option forwardfor', 'http-request set-src req.hdr(x-a)', 'http-request set-header X-Src %[src]'],
    [{}, { headers: [['X-A', '198.51.100.7']] }, { headers: [['X-A', 'nobody']] }],
  ),
]
