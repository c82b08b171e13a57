// What a frontend captures, and what rules make of its slots. Origins show what they received, so slots are shown by headers.

import type { Scenario, Step } from '../scenario.ts'

const captured = (name: string, cfg: readonly string[], steps: readonly Step[]): Scenario => ({
  name: `captures: ${name}`,
  cfg: [...cfg, 'server a {a}'],
  steps,
})

const SHOWN = [0, 1, 2, 3].map((i) => `%[capture.req.hdr(${i})]`).join('|')
const AGENTS: readonly Step[] = [
  { headers: [['X-In', 'abcdefghij']] },
  { headers: [['X-In', '']], path: '/b?x=1' },
  { path: '/c' },
  { headers: [['X-In', 'two, three']] },
]

export const CAPTURES: readonly Scenario[] = [
  captured(
    'slots are numbered by their lines',
    [
      'declare capture request len 8',
      'capture request header X-In len 4',
      'http-request capture path len 3',
      'http-request capture req.hdr(x-in) id 0',
      `http-request set-header X-Out "${SHOWN}"`,
    ],
    AGENTS,
  ),
  captured(
    'rules fill them in their order, under their conditions',
    [
      'declare capture request len 8',
      `http-request set-header X-Out "${SHOWN}"`,
      'http-request capture path id 0 if { path /b }',
      'http-request capture str(other) id 0 unless { path /b }',
      `http-request set-header X-Then "${SHOWN}"`,
      'http-request set-header X-Found yes if { capture.req.hdr(0) -m beg o }',
    ],
    AGENTS,
  ),
  captured(
    'the version of HTTP',
    [
      'http-request set-header X-Out "%[capture.req.ver]|%[req.ver]|%[fc_http_major]"',
      'http-request set-header X-Old yes if { req_ver 1.0 1.1 }',
      'http-request set-header X-Also yes if { req.ver -m beg 1. }',
      'http-request set-header X-New yes if HTTP_2.0',
      'http-request set-header X-Major yes if { fc_http_major lt 2 }',
      'http-response set-header X-Back %[capture.req.ver]',
    ],
    [{}, { method: 'POST', body: 'x' }],
  ),
  captured(
    'what is captured is not what rules change later',
    [
      'capture request header X-In len 10',
      'http-request set-header X-In changed',
      'http-request set-header X-Out "%[capture.req.hdr(0)]"',
    ],
    AGENTS,
  ),
  captured(
    'converters keep what passes',
    [
      'declare capture request len 4',
      'declare capture response len 4',
      'http-request set-header X-Out "%[req.hdr(x-in),capture-req(0),upper]|%[capture.req.hdr(0)]"',
      'http-request set-header X-None "%[req.hdr(x-in),capture-req(5)]"',
      'http-response set-header X-Back "%[status,capture-res(0)]|%[capture.res.hdr(0)]|%[capture.req.hdr(0)]"',
    ],
    AGENTS,
  ),
  captured(
    'of responses',
    [
      'capture response header X-Made len 6',
      'declare capture response len 9',
      'http-response capture res.hdr(x-made),upper id 1',
      'http-response set-header X-Made changed',
      'http-response set-header X-Out "%[capture.res.hdr(0)]|%[capture.res.hdr(1)]"',
      'http-after-response set-header X-After "%[capture.res.hdr(0)]|%[capture.res.hdr(1)]|%[capture.res.hdr(2)]"',
    ],
    [{ answer: { headers: [['X-Made', 'by the origin']] } }, {}],
  ),
  captured(
    'answers of its own have captured nothing',
    [
      'capture response header X-Made len 6',
      'http-request deny if { path /no }',
      'http-after-response set-header X-After "[%[capture.res.hdr(0)]]"',
    ],
    [{ path: '/no' }, { answer: { headers: [['X-Made', 'by the origin']] } }],
  ),
  captured(
    'a response that is refused was captured',
    [
      'capture response header X-Made len 6',
      'http-response deny if { path -m found } or { status 418 }',
      'http-after-response set-header X-After "[%[capture.res.hdr(0)]]"',
    ],
    [{ answer: { status: 418, headers: [['X-Made', 'by the origin']] } }],
  ),
  captured(
    'tcp-request content',
    [
      'tcp-request inspect-delay 1s',
      'tcp-request content capture req.hdr(x-in) len 4',
      'http-request set-header X-Out "%[capture.req.hdr(0)]"',
    ],
    AGENTS,
  ),
  {
    name: 'captures: a backend fills slots of the frontend that has them',
    cfg: [
      'frontend {id}',
      '  bind {bind}',
      '  declare capture request len 6',
      '  default_backend {id}-b',
      '  http-after-response set-header X-Out "%[capture.req.hdr(0)]|%[capture.res.hdr(0)]"',
      'backend {id}-b',
      '  http-request capture path id 0',
      '  http-request capture path id 3',
      '  http-response capture status id 0',
      '  http-request set-header X-In "%[capture.req.hdr(0)]|%[capture.req.hdr(3)]"',
      '  server a {a}',
    ],
    steps: [{ path: '/somewhere' }, { path: '/' }],
  },
]
