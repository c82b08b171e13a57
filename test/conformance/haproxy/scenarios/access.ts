// What keeps clients out: whom it lets in and whom it refuses. How a refusal looks differs (compare.ts).

import type { Scenario, Step } from '../scenario.ts'

const access = (name: string, cfg: readonly string[], steps: readonly Step[]): Scenario => ({
  name: `access: ${name}`,
  cfg: [...cfg, 'server a {a}'],
  steps,
})
const paths = (...all: string[]): readonly Step[] => all.map((path) => ({ path }))
const HOME = '{ src 127.0.0.0/8 }'
const ELSEWHERE = '{ src 192.0.2.0/24 }'

export const ACCESS: readonly Scenario[] = [
  access('a connection is refused by its address', [`tcp-request connection reject if ${HOME}`], [{}]),
  access('a connection from elsewhere is not refused', [`tcp-request connection reject if ${ELSEWHERE}`], [{}]),
  access('unless it comes from elsewhere', [`tcp-request connection reject unless ${ELSEWHERE}`], [{}]),
  access('without a condition everybody is refused', ['tcp-request connection reject'], [{}]),
  access(
    'the first accept ends the rules of a connection',
    [`tcp-request connection accept if ${HOME}`, 'tcp-request connection reject'],
    [{}],
  ),
  access(
    'an accept for others ends nothing',
    [`tcp-request connection accept if ${ELSEWHERE}`, 'tcp-request connection reject'],
    [{}],
  ),
  access(
    'what a connection is accepted for ends no other set of rules',
    ['tcp-request connection accept', 'tcp-request content reject if { path /x }'],
    paths('/', '/x'),
  ),
  access(
    'an accept behind a reject does not undo it',
    ['tcp-request connection reject', 'tcp-request connection accept'],
    [{}],
  ),
  access('a session is refused by its address', [`tcp-request session reject if ${HOME}`], [{}]),
  access('a session over plain HTTP', ['tcp-request session reject unless { ssl_fc }'], [{}]),
  access(
    'a request is refused by its content',
    [
      'tcp-request inspect-delay 5s',
      'tcp-request content accept if { path_beg /free }',
      'tcp-request content reject if { path_end .secret } or { hdr(x-bad) -m found }',
    ],
    [...paths('/', '/a.secret', '/free/a.secret'), { headers: [['X-Bad', '1']] }],
  ),
  access(
    'a request is refused before monitor-uri answers',
    ['monitor-uri /up', 'tcp-request content reject if { path /up } { hdr(x-a) -m found }'],
    [{ path: '/up' }, { path: '/up', headers: [['X-A', '1']] }],
  ),
  access(
    'rules of connections come before those of requests, wherever they stand',
    ['http-request return status 200 if { path /x }', 'tcp-request content reject if { path /x }'],
    paths('/x', '/'),
  ),
  access(
    'several acls, one of them by name',
    ['acl here src 127.0.0.1', 'acl late path_beg /late', 'tcp-request content reject if here late'],
    paths('/late', '/'),
  ),
  {
    name: 'access: a backend refuses by its content, too',
    cfg: [
      'frontend {id}f',
      '  bind {bind}',
      '  use_backend {id}b if { path_beg /b }',
      '  default_backend {id}d',
      'backend {id}b',
      '  tcp-request content reject if { path_end .secret }',
      '  server a {a}',
      'backend {id}d',
      '  server a {a}',
    ],
    steps: paths('/b', '/b.secret', '/a.secret'),
  },
  access('http-request reject', ['http-request reject if { path /x }'], paths('/x', '/')),
  access('http-request tarpit', ['http-request tarpit if { path /x }'], paths('/x', '/')),
  access(
    'http-request tarpit with a status',
    ['http-request tarpit deny_status 429 if { path /x }', 'timeout tarpit 10ms'],
    paths('/x', '/'),
  ),
  {
    ...access('an empty list holds nobody', ['http-request deny if { src -f {dir}/access-empty.lst }'], [{}]),
    files: { 'access-empty.lst': '# nobody yet\n' },
  },
]
