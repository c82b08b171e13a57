// Headers that stand several times.

import type { Scenario, Step } from '../scenario.ts'

const SET_COOKIE = 'Set-Cookie'
/** As a login gives them; the date has a comma. */
const COOKIES = [
  [SET_COOKIE, 'sid=1; path=/'],
  [SET_COOKIE, 'csrf=a,b; Expires=Thu, 01 Jan 2099 00:00:00 GMT'],
  [SET_COOKIE, 'theme=dark'],
] as const
const LOGIN: Step = { answer: { headers: COOKIES } }

const cookies = (name: string, ...cfg: string[]): Scenario => ({
  name: `several Set-Cookie: ${name}`,
  cfg: [...cfg, 'server a {a}'],
  steps: [LOGIN, { answer: { headers: [COOKIES[0]] } }, {}],
})

export const HEADERS: readonly Scenario[] = [
  cookies('each is replaced', 'http-response replace-header Set-Cookie (.*) "\\1; SameSite=None"'),
  cookies('those that match are replaced', 'http-response replace-header Set-Cookie ^(sid=.*)$ "\\1; Secure"'),
  cookies('are found by name in any case', 'http-response replace-header set-cookie dark light'),
  cookies('one takes the place of all', 'http-response set-header Set-Cookie only=1'),
  cookies('one more', 'http-response add-header Set-Cookie more=1'),
  cookies('none is left', 'http-response del-header Set-Cookie'),
  cookies('a text gets the last', 'http-response set-header X-Seen "%[res.hdr(set-cookie)]"'),
  cookies('a text gets the last line', 'http-response set-header X-Seen "%[res.fhdr(set-cookie)]"'),
  cookies('a text gets one by its place', 'http-response set-header X-Seen "%[res.hdr(set-cookie,2)]"'),
  cookies('a text gets a line by its place', 'http-response set-header X-Seen "%[res.fhdr(set-cookie,2)]"'),
  cookies('any may match', 'http-response set-header X-Seen yes if { res.hdr(set-cookie) -m beg sid= }'),
  cookies('any line may match', 'http-response set-header X-Seen yes if { res.fhdr(set-cookie) -m end GMT }'),
  cookies('a cookie by name', 'http-response set-header X-Seen "%[res.cook(csrf)]"'),
  {
    name: 'several Set-Cookie: replaced beside ours',
    cfg: [
      'cookie SRV insert indirect nocache',
      'http-response replace-header Set-Cookie (.*) "\\1; Secure"',
      'server a {a} cookie A',
    ],
    steps: [LOGIN],
  },
  {
    name: 'several request headers: any value may match, a text gets the last',
    cfg: [
      'http-request set-header X-Last %[req.hdr(x-a)]',
      'http-request set-header X-First %[req.hdr(x-a,1)]',
      'http-request deny if { req.hdr(x-a) forbidden }',
      'server a {a}',
    ],
    steps: [
      {
        headers: [
          ['X-A', '1'],
          ['X-A', '2'],
        ],
      },
      {
        headers: [
          ['X-A', '1, 2'],
          ['X-A', '3'],
        ],
      },
      {
        headers: [
          ['X-A', '1'],
          ['X-A', 'forbidden'],
        ],
      },
    ],
  },
  {
    name: 'several request headers: which one balance hdr() goes by',
    cfg: ['balance hdr(x-key)', 'hash-type consistent', 'server a {a}', 'server b {b}', 'server c {c}'],
    steps: ['1', '2', '3', '4', '5', '6'].flatMap(
      (n) =>
        [
          { headers: [['X-Key', n]] },
          { headers: [['X-Key', `${n}, 0`]] },
          { headers: [['X-Key', `0, ${n}`]] },
          {
            headers: [
              ['X-Key', n],
              ['X-Key', '0'],
            ],
          },
          {
            headers: [
              ['X-Key', '0'],
              ['X-Key', n],
            ],
          },
        ] as const,
    ),
  },
]
