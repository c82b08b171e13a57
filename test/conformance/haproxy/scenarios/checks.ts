// What checks ask and expect: whether a server that is asked so comes to be down, up, or to keep its clients alone.

import type { Scenario, Step } from '../scenario.ts'

const EACH: readonly Step[] = [{}, {}, {}, { cookie: 'SRV=A' }, { cookie: 'SRV=B' }]
/** a is asked, b is not. */
const checked = (name: string, lines: readonly string[]): Scenario => ({
  name: `checks: ${name}`,
  cfg: [
    'cookie SRV insert indirect',
    ...lines,
    'server a {a} cookie A check inter 200ms fall 1 rise 1',
    'server b {b} cookie B',
  ],
  steps: EACH,
})
/** Two requests, of which the second is answered with 500. */
const twice = (name: string, expected: number): Scenario =>
  checked(name, [
    'option httpchk',
    'http-check connect',
    'http-check send meth GET uri /check/200',
    'http-check expect string well',
    'http-check connect',
    'http-check send meth GET uri /check/500',
    `http-check expect status ${expected}`,
  ])
const ok = 'option httpchk GET /check/200'
const expecting = (...expected: readonly string[]): Scenario =>
  checked(`expect ${expected.join(', ')}`, [ok, ...expected.map((each) => `http-check expect ${each}`)])

export const CHECKS: readonly Scenario[] = [
  expecting('status 200'),
  expecting('status 201,204-206'),
  expecting('! status 200'),
  expecting('rstatus ^2'),
  expecting('rstatus ^5'),
  expecting('string well'),
  expecting('string ill'),
  expecting('! string ill'),
  expecting('rstring ^all.*GET'),
  expecting('! rstring ^all'),
  expecting('hdr name x-ready'),
  expecting('hdr name X-Ready value yes'),
  expecting('hdr name x-ready value never'),
  expecting('hdr name -m beg x-re value -m sub es'),
  expecting('fhdr name x-ready value "no, yes"'),
  expecting('fhdr name x-ready value yes'),
  expecting('! hdr name x-none'),
  expecting('status 200', 'string well', 'hdr name x-none'),
  ...[200, 302, 404, 500].map((status) => checked(`by itself: ${status}`, [`option httpchk GET /check/${status}`])),
  checked('disable-on-404', ['option httpchk GET /check/404', 'http-check disable-on-404']),
  checked('disable-on-404 comes before what is expected', [
    'option httpchk GET /check/404',
    'http-check disable-on-404',
    'http-check expect status 200',
  ]),
  checked('send with everything', [
    'option httpchk',
    'http-check send meth POST uri /check/echo ver HTTP/1.1 hdr Host www.example.com hdr X-Check 7 body ping',
    'http-check expect string "POST 7 www.example.com ping"',
  ]),
  checked('the old form with headers', [
    'option httpchk GET /check/echo HTTP/1.1\\r\\nHost:\\ www.example.com\\r\\nX-Check:\\ 8',
    'http-check expect string "GET 8 www.example.com"',
  ]),
  twice('several requests: the second fails', 200),
  twice('several requests: all hold', 500),
]
