// ACLs, header rules, redirects, returns, forwardfor; who reaches which backend.

import type { Scenario, Step } from '../scenario.ts'

const SERVER = 'server a {a}'
const rules = (name: string, cfg: readonly string[], steps: readonly Step[], difference?: string): Scenario => ({
  name: `rules: ${name}`,
  cfg: [...cfg, SERVER],
  steps,
  ...(difference === undefined ? {} : { difference }),
})

/** `http-request deny` shows what a condition holds for. */
const acl = (condition: string, steps: readonly Step[]): Scenario =>
  rules(`deny if ${condition}`, [`http-request deny if ${condition}`], steps)
const paths = (...all: string[]): readonly Step[] => all.map((path) => ({ path }))
const header = (name: string, ...values: string[]): readonly Step[] => [
  {},
  ...values.map((value) => ({ headers: [[name, value] as const] })),
]

const ACLS: readonly Scenario[] = [
  acl('{ path /a /b }', paths('/a', '/b', '/a/', '/A', '/c?x=/a')),
  acl('{ path -i /a }', paths('/a', '/A', '/b')),
  acl('{ path_beg /api/ }', paths('/api/', '/api', '/apix', '/x/api/')),
  acl('{ path_end .png .gif }', paths('/x.png', '/x.gif?y', '/x.png/', '/png')),
  acl('{ path_sub adm }', paths('/xadmx', '/ad/m')),
  acl('{ path_dir admin }', paths('/admin', '/x/admin/y', '/xadmin', '/admin?x')),
  acl('{ path_reg ^/u[0-9]+$ }', paths('/u1', '/u12', '/u', '/u1/')),
  acl('{ method POST PUT }', [{}, { method: 'POST', body: 'x' }, { method: 'PUT', body: 'x' }, { method: 'DELETE' }]),
  acl('METH_GET', [{}, { method: 'HEAD' }, { method: 'POST', body: 'x' }]),
  acl('METH_POST', [{}, { method: 'POST', body: 'x' }]),
  acl('{ hdr(x-a) 1 2 }', header('X-A', '1', '2', '3', '1, 3', '3,2')),
  acl('{ hdr(x-a) -i abc }', header('X-A', 'abc', 'ABC', 'abcd')),
  ...['', ' -m beg', ' -m end', ' -m sub', ' -m dir', ' -m dom', ' -m reg'].map((match) =>
    acl(
      `{ path,url_dec${match} -i /kÉ }`,
      paths('/%E2%84%AA%C3%89', '/K%C3%89', '/k%C3%A9', '/%E2%84%AA%C3%A9', '/k%c3%89', '/K'),
    ),
  ),
  acl('{ hdr_beg(x-a) ab }', header('X-A', 'abc', 'xab')),
  acl('{ hdr_end(x-a) bc }', header('X-A', 'abc', 'bcd')),
  acl('{ hdr_sub(x-a) -i b }', header('X-A', 'aBc', 'ac')),
  acl('{ hdr_dom(x-a) example }', header('X-A', 'www.example.com', 'example', 'anexample.com')),
  acl('{ hdr_reg(x-a) ^[a-c]+$ }', header('X-A', 'abc', 'abd')),
  acl('{ hdr(x-a) -m found }', header('X-A', '1', '')),
  acl('{ hdr(host) -i WWW.example.com }', [{}]),
  acl('{ hdr(x-a,1) 1 }', header('X-A', '1,2', '2,1')),
  acl('{ hdr(x-a,-1) 1 }', header('X-A', '1,2', '2,1')),
  acl('{ req.cook(id) 1 }', [{}, { cookie: 'id=1' }, { cookie: 'x=2; id=1' }, { cookie: 'id=12' }]),
  acl('{ url_param(u) 1 }', paths('/?u=1', '/?x=2&u=1', '/?u=12', '/?uu=1', '/')),
  acl('{ url_param(u) -m found }', paths('/?u=1', '/?u', '/?x=u')),
  acl('{ src 127.0.0.0/8 }', [{}]),
  acl('{ src 10.0.0.0/8 }', [{}]),
  acl('{ ssl_fc }', [{}]),
  acl('!{ ssl_fc }', [{}]),
  acl('{ nbsrv({id}) ge 1 }', [{}]),
  acl('{ nbsrv({id}) lt 1 }', [{}]),
  acl('TRUE', [{}]),
  acl('FALSE', [{}]),
  acl('LOCALHOST', [{}]),
  acl('{ path /a } { method GET }', [{ path: '/a' }, { path: '/a', method: 'DELETE' }, {}]),
  acl('{ path /a } || { path /b }', paths('/a', '/b', '/c')),
  acl('{ path /a } or !{ method GET }', [{ path: '/a' }, { method: 'DELETE' }, {}]),
  rules(
    'named acls of several lines',
    ['acl wanted path /a', 'acl wanted path /b', 'acl get method GET', 'http-request deny unless wanted get'],
    [...paths('/a', '/b', '/c'), { path: '/a', method: 'DELETE' }],
  ),
]

const HEADERS: readonly Scenario[] = [
  rules('set-header', ['http-request set-header X-A new'], [{}, { headers: [['X-A', 'old']] }]),
  rules('add-header', ['http-request add-header X-A new'], [{}, { headers: [['X-A', 'old']] }]),
  rules(
    'del-header',
    ['http-request del-header X-A'],
    [
      {
        headers: [
          ['X-A', 'old'],
          ['X-B', '1'],
        ],
      },
      {},
    ],
  ),
  rules(
    'conditions see what rules before them did',
    ['http-request set-header X-A 1 if { path /a }', 'http-request set-header X-B 2 if { hdr(x-a) 1 }'],
    paths('/a', '/b'),
  ),
  rules(
    'headers of samples',
    [
      'http-request set-header X-All "%[src]|%[method]|%[path]|%[query]|%[req.hdr(x-a)]|%[req.cook(c)]|%[url_param(u)]|%[path,upper]|100%%"',
    ],
    [{ path: '/a/b?u=1&v=2', headers: [['X-A', 'Q']], cookie: 'c=3' }, { path: '/' }],
  ),
  rules('log-format variables', ['http-request set-header X-All "%ci %HM"'], [{}]),
  rules('forwardfor', ['option forwardfor'], [{}, { headers: [['X-Forwarded-For', '192.0.2.1']] }]),
  rules('forwardfor if-none', ['option forwardfor if-none'], [{}, { headers: [['X-Forwarded-For', '192.0.2.1']] }]),
  rules('forwardfor except', ['option forwardfor except 127.0.0.0/8'], [{}]),
  rules(
    'forwardfor with a name',
    ['option forwardfor header X-Client'],
    [{}, { headers: [['X-Client', '192.0.2.1']] }],
  ),
  rules(
    "a client's forwarded headers pass",
    [],
    [
      {
        headers: [
          ['X-Forwarded-For', '192.0.2.1'],
          ['X-Real-IP', '192.0.2.2'],
          ['Forwarded', 'for=192.0.2.3'],
        ],
      },
    ],
  ),
]

const EDITS: readonly Scenario[] = [
  rules('set-path', ['http-request set-path /new if { path_beg /a }'], paths('/a?x=1', '/b?x=1')),
  rules('set-path of samples', ['http-request set-path /pre%[path]'], paths('/a?x=1')),
  rules(
    'replace-path',
    [String.raw`http-request replace-path /old/([a-z]+)/(.*) /\2/\1`],
    paths('/old/a/b?x=/old/c/d', '/other', '/x/old/a/b'),
  ),
  rules(
    'later rules see the new path',
    ['http-request set-path /b if { path /a }', 'http-request deny if { path /b }'],
    paths('/a', '/c'),
  ),
  rules(
    'replace-header',
    [String.raw`http-request replace-header X-A ^v([0-9]) w\1`],
    [{}, ...['v1', 'v12', 'xv1'].map((value) => ({ headers: [['X-A', value] as const] }))],
  ),
  rules(
    'http-response replace-header',
    [String.raw`http-response replace-header X-A (.*)d$ \1t`],
    [{}, { answer: { headers: [['X-A', 'old']] } }],
  ),
]

const X_A: Step = {
  answer: {
    headers: [
      ['X-A', 'old'],
      ['X-B', '1'],
    ],
  },
}
const RESPONSES: readonly Scenario[] = [
  rules('http-response set-header', ['http-response set-header X-A new'], [{}, X_A]),
  rules('http-response add-header', ['http-response add-header X-A new'], [{}, X_A]),
  rules('http-response del-header', ['http-response del-header X-A'], [{}, X_A]),
  rules(
    'http-response by status',
    ['http-response set-header X-Bad 1 if { status ge 400 }'],
    [{}, { answer: { status: 404 } }],
  ),
  rules(
    'http-response by a header of the response',
    ['http-response set-header X-C 1 if { res.hdr(x-a) old }'],
    [{}, X_A],
  ),
  rules('http-response of samples', ['http-response set-header X-C "%[src] %[status]"'], [{}]),
  rules(
    'http-response sees no cookie of ours',
    ['cookie S insert', 'http-response del-header Set-Cookie'],
    [{ answer: { headers: [['Set-Cookie', 'x=1']] } }],
  ),
  rules(
    'http-response leaves our own answers alone',
    ['http-request deny if { path /a }', 'http-response set-header X-A 1'],
    paths('/a', '/b'),
  ),
]

const ANSWERS: readonly Scenario[] = [
  rules('deny', ['http-request deny'], [{}]),
  rules('deny with a status', ['http-request deny deny_status 429 if { path /a }'], paths('/a', '/b')),
  rules(
    'return',
    ['http-request return status 200 content-type text/plain string hello if { path /a }'],
    paths('/a', '/b'),
  ),
  rules('redirect scheme', ['http-request redirect scheme https if !{ ssl_fc }'], paths('/', '/a?b=c')),
  rules('redirect scheme with a code', ['redirect scheme https code 301'], paths('/a?b=c')),
  rules(
    'redirect with each code',
    ['301', '302', '303', '307', '308'].map((code) => `redirect location /to code ${code} if { path /${code} }`),
    paths('/301', '/302', '/303', '/307', '/308'),
  ),
  rules('redirect location', ['redirect location https://other.example/x code 303 if { path /a }'], paths('/a', '/b')),
  rules(
    'redirect prefix',
    ['redirect prefix https://other.example code 307 if { path_beg /a }'],
    paths('/a?b=c', '/b'),
  ),
  rules(
    'redirect location of samples',
    ['http-request redirect location https://x.example%[path] code 302'],
    paths('/a/b'),
  ),
  rules('monitor-uri', ['monitor-uri /alive'], paths('/alive', '/alive/x', '/')),
  rules(
    'http-request comes before redirect',
    ['redirect location /r', 'http-request deny if { path /a }'],
    paths('/a', '/b'),
  ),
  ...[200, 204, 301, 304, 400, 404, 500, 503].map((status) =>
    rules(`status ${status} passes`, ['cookie S insert'], [{ answer: { status } }]),
  ),
  rules(
    'several Set-Cookies pass',
    [],
    [
      {
        answer: {
          headers: [
            ['Set-Cookie', 'a=1'],
            ['Set-Cookie', 'b=2; Expires=Wed, 21 Oct 2037 07:28:00 GMT'],
          ],
        },
      },
    ],
  ),
]

const ROUTES: readonly Scenario[] = [
  {
    name: 'routes: use_backend by host and path, in order, else the default',
    cfg: [
      'frontend {id}',
      '  bind {bind}',
      '  acl api hdr(host) -i api.example.com',
      '  use_backend {id}b if api',
      '  use_backend {id}c if { path_beg /c } || { url_param(to) c }',
      '  default_backend {id}a',
      'backend {id}a',
      '  server a {a}',
      'backend {id}b',
      '  http-request set-header X-Backend b',
      '  server b {b}',
      'backend {id}c',
      '  http-request deny if { path /c/secret }',
      '  server c {c}',
    ],
    steps: [{}, { path: '/c/x' }, { path: '/?to=c' }, { path: '/c/secret' }, { path: '/x' }],
  },
  {
    name: 'routes: no default backend is 503',
    cfg: ['frontend {id}', '  bind {bind}', '  use_backend {id}a if { path /a }', 'backend {id}a', '  server a {a}'],
    steps: [{ path: '/a' }, { path: '/b' }],
  },
  {
    name: "routes: the backend's forwardfor counts beside the frontend's",
    cfg: [
      'frontend {id}',
      '  bind {bind}',
      '  option forwardfor',
      '  default_backend {id}a',
      'backend {id}a',
      '  option forwardfor header X-Mine',
      '  server a {a}',
    ],
    steps: [{}],
  },
]

export const RULES: readonly Scenario[] = [...ACLS, ...HEADERS, ...EDITS, ...RESPONSES, ...ANSWERS, ...ROUTES]
