// What a request looks like to the server, and requests that are not like most.

import type { Scenario, Step } from '../scenario.ts'

const requests = (name: string, cfg: readonly string[], steps: readonly Step[]): Scenario => ({
  name: `requests: ${name}`,
  cfg: [...cfg, 'server a {a}'],
  steps,
})

/** Sent as it stands, and decoded by rules. */
const HOSTILE = ['%0d%0aX-Injected:%201', '%00', 'a%00b', '%01%1f%7f', '%0a', '%C3%A9', 'a%09b', '%22%25%3c%3e', '%zz']
const decoded = (name: string, cfg: readonly string[], path = '/'): Scenario =>
  requests(
    `what url_dec makes of ${name}`,
    cfg,
    HOSTILE.map((value) => ({ path: `${path}?p=${value}`, headers: [['X-T', 't']] })),
  )
const P = '%[url_param(p),url_dec]'

export const REQUESTS: readonly Scenario[] = [
  requests(
    'an announced body may be empty, whatever the method',
    [],
    ['GET', 'HEAD', 'DELETE', 'POST'].flatMap((method): readonly Step[] => [
      { method, headers: [['Transfer-Encoding', 'chunked']] },
      { method, headers: [['Content-Length', '0']] },
    ]),
  ),
  requests(
    'a question mark with nothing behind it stays',
    [
      'http-request redirect prefix /p if { path_beg /prefix }',
      'http-request redirect prefix /p drop-query if { path_beg /drop }',
      'http-request redirect location "/l%[pathq]" if { path_beg /location }',
      'http-request deny if { pathq /denied? }',
      'http-request replace-pathq (.*) /r\\1',
    ],
    ['/prefix?', '/prefix', '/prefix?a', '/drop?', '/location?', '/location', '/denied?', '/denied', '/x?', '/x'].map(
      (path) => ({ path }),
    ),
  ),
  decoded('a header', [`http-request set-header X-P "a${P}b"`, `http-request add-header X-P "c${P}d"`]),
  decoded('a header that is replaced', [`http-request replace-header X-T (.*) "<\\1${P}>"`]),
  decoded('a Location', [`http-request redirect location "/to/${P}/"`]),
  decoded('the prefix of a Location', [`http-request redirect prefix "/to${P}"`], '/x'),
  decoded('an answer', [`http-request return status 200 content-type text/plain hdr X-P "a${P}b" lf-string "<${P}>"`]),
  requests(
    'a path that url_dec is made of has its control characters encoded',
    [`http-request set-path "/a${P}b" if { path /path }`, `http-request set-query "q=${P}z" if { path /query }`],
    ['%0d%0aX:1', '%00', '%01%1f%7f'].flatMap((value) =>
      [`/path?p=${value}`, `/query?p=${value}`].map((path) => ({ path })),
    ),
  ),
  requests(
    'a rule sees what url_dec makes of a value, whatever else is in it',
    [
      'http-request deny if { url_param(p),url_dec -m sub ../ }',
      'http-request deny if { pathq,url_dec -m sub "/x y" }',
      'http-request deny if { url_param(f),url_dec(1) -m str "a b" }',
    ],
    [
      '?p=..%2f',
      '?p=%e9..%2f',
      '?p=..%2f%ff',
      '?p=%zz..%2f',
      '?p=%c3%28..%2f',
      'x+y',
      '?a=/x+y',
      '?f=a+b',
      '?p=%2e%2e/',
    ].map((query) => ({ path: `/${query}` })),
  ),
]
