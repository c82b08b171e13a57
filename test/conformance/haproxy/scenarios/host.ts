// Rules that change the Host, and what later rules and the server see of it.

import type { Scenario, Step } from '../scenario.ts'

const host = (name: string, cfg: readonly string[], steps: readonly Step[] = [{}]): Scenario => ({
  name: `host: ${name}`,
  cfg: [...cfg, 'server a {a}'],
  steps,
})

const SEEN = [
  'http-request set-header X-Seen %[req.hdr(host)]',
  'http-request set-header X-Is-Inside yes if { hdr(host) app.internal }',
]
const chosen = (name: string): Step => ({ headers: [['X-Name', name]] })

export const HOST: readonly Scenario[] = [
  host('set', ['http-request set-header Host app.internal', ...SEEN]),
  host('set in any case', ['http-request set-header hOST app.internal', ...SEEN]),
  host('set with a port', ['http-request set-header Host app.internal:8080', ...SEEN]),
  host('set twice', [
    'http-request set-header Host a.internal:8080',
    'http-request set-header Host app.internal',
    ...SEEN,
  ]),
  host(
    'set under a condition',
    ['http-request set-header Host app.internal if { path /a }', ...SEEN],
    [{}, { path: '/a' }],
  ),
  host(
    'set to what a request says',
    ['http-request set-header Host %[req.hdr(x-name)] if { req.hdr(x-name) -m found }', ...SEEN],
    [{}, chosen('app.internal'), chosen('127.0.0.1:81'), chosen('[::1]:81'), chosen('app_1.internal')],
  ),
  host('replaced', ['http-request replace-header Host ^www\\.(.*)$ app.\\1', ...SEEN]),
  host('replaced by itself', ['http-request replace-header Host (.*) \\1', ...SEEN]),
  host('deleted, and set again', [
    'http-request del-header Host',
    'http-request set-header Host app.internal',
    ...SEEN,
  ]),
  host('deleted, and added', ['http-request del-header Host', 'http-request add-header Host app.internal', ...SEEN]),
  host(
    'a path and a query that rules change stay',
    [
      'http-request set-path /before%[path]',
      'http-request set-header Host app.internal',
      'http-request replace-path (.*) \\1/after',
      'http-request set-query q=1',
    ],
    [{ path: '/x?y' }],
  ),
  host('a redirect to another scheme takes the new one', [
    'http-request set-header Host app.internal:8080',
    'http-request redirect scheme https',
  ]),
  host(
    'balance hdr(host) goes by the new one',
    [
      'balance hdr(host)',
      'hash-type consistent',
      'http-request set-header Host %[req.hdr(x-name)]',
      'server b {b}',
      'server c {c}',
    ],
    ['a.internal', 'b.internal', 'c.internal', 'd.internal', 'e.internal'].map(chosen),
  ),
  {
    name: 'host: a frontend sets it, then its backend',
    cfg: [
      'frontend {id}f',
      '  bind {bind}',
      '  http-request set-header Host shop.internal',
      '  use_backend {id}b if { hdr(host) shop.internal }',
      'backend {id}b',
      '  http-request deny if { hdr(host) www.example.com }',
      '  http-request replace-header Host shop(.*) app\\1',
      ...SEEN.map((line) => `  ${line}`),
      '  server a {a}',
    ],
    steps: [{}],
  },
  {
    ...host('upper case is sent', ['http-request set-header Host APP.Internal', ...SEEN]),
    difference: 'a Host is in lower case',
  },
  {
    ...host('one that is none is sent', ['http-request set-header Host "no/name"', ...SEEN]),
    difference: 'the server gets the Host that the client sent',
  },
  {
    ...host('deleted', ['http-request del-header Host', ...SEEN]),
    difference: 'the server gets the Host that the client sent',
  },
  {
    ...host('a second one is sent beside it', ['http-request add-header Host app.internal', ...SEEN]),
    difference: 'the server gets the Host that the client sent',
  },
]
