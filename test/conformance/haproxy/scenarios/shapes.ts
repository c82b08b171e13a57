// Sections that lead to no server, and what their clients get.

import type { Scenario, Step } from '../scenario.ts'

const shape = (name: string, cfg: readonly string[], steps: readonly Step[] = [{}, { path: '/x' }]): Scenario => ({
  name: `shapes: ${name}`,
  cfg: cfg.map((line) => (/^(?:listen|frontend|backend) /.test(line) ? line : `  ${line}`)),
  steps,
})

export const SHAPES: readonly Scenario[] = [
  shape('a frontend that goes nowhere', ['frontend {id}', 'bind {bind}']),
  shape('a listen section that goes nowhere', ['listen {id}', 'bind {bind}']),
  shape('a backend without servers', ['frontend {id}', 'bind {bind}', 'default_backend {id}b', 'backend {id}b']),
  shape('a backend of answers', [
    'frontend {id}',
    'bind {bind}',
    'default_backend {id}b',
    'backend {id}b',
    'http-request return status 200 content-type text/plain string here if { path /x }',
    'redirect location /x',
  ]),
  shape("a listen section's default_backend comes before its servers", [
    'listen {id}',
    'bind {bind}',
    'server a {a}',
    'http-request set-header X-Listen yes',
    'default_backend {id}b',
    'backend {id}b',
    'server b {b}',
  ]),
  shape(
    'monitor fail',
    [
      'frontend {id}',
      'bind {bind}',
      'monitor fail if { path /x } { nbsrv({id}b) lt 2 }',
      'monitor-uri /x',
      'default_backend {id}b',
      'backend {id}b',
      'server b {b}',
    ],
    [{ path: '/x' }, {}],
  ),
  shape('the words of a redirect in another order', [
    'frontend {id}',
    'bind {bind}',
    'redirect code 301 drop-query location /to if { path /x }',
    'redirect code 303 set-cookie a=b location /b prefix /c',
  ]),
  shape(
    'HTTP_CONTENT',
    ['listen {id}', 'bind {bind}', 'http-request deny deny_status 413 if HTTP_CONTENT Or { path /x }', 'server a {a}'],
    [{}, { method: 'POST', body: 'abc' }, { path: '/x' }],
  ),
  shape('a listen section that others send requests to asks its rules of them', [
    'frontend {id}',
    'bind {bind}',
    'use_backend {id}l',
    'listen {id}l',
    'http-request deny if { path /x }',
    'http-request add-header X-Listen yes',
    'http-response add-header X-Answer yes',
    'server a {a}',
  ]),
  shape('a listen section without servers that others send requests to', [
    'frontend {id}',
    'bind ipv4@{bind},',
    'use_backend {id}l',
    'listen {id}l',
    'http-request return status 200 content-type text/plain string here if { path /x }',
  ]),
  {
    ...shape(
      'errorfile 200 is the page of monitor-uri',
      ['frontend {id}', 'bind {bind}', 'errorfile 200 {dir}/fine.http', 'monitor-uri /x'],
      [{ path: '/x', comparesBody: true }],
    ),
    files: { 'fine.http': 'HTTP/1.0 200 Fine\r\nContent-Type: text/plain\r\nX-A: b\r\n\r\nfine' },
  },
]
