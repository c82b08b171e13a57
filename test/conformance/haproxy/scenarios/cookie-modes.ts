// prefix, rewrite, passive: what reaches the origin, what becomes of its Set-Cookie.

import type { Answer, Scenario, Step } from '../scenario.ts'

const SERVERS = ['server a {a} cookie A', 'server b {b} cookie B', 'server c {c} cookie C']
const OWN: Answer = {
  headers: [
    ['Set-Cookie', 'SID=own; Path=/x; HttpOnly'],
    ['Set-Cookie', 'other=1'],
  ],
}
const TWICE: Answer = {
  headers: [
    ['Set-Cookie', 'SID=1'],
    ['Set-Cookie', 'SID=2; Secure'],
  ],
}
const ODD: Answer = {
  headers: [
    ['Set-Cookie', 'SID='],
    ['Set-Cookie', 'SIDX=1'],
    ['ETag', '"x"'],
  ],
}

const STEPS: readonly (readonly [string, readonly Step[]])[] = [
  ['plain answers', [{}, { cookie: 'SID=A' }, { cookie: 'SID=B' }, { cookie: 'SID=Z' }, { cookie: 'x=1' }]],
  ['the origin sets it', [{ answer: OWN }, { cookie: 'SID=B', answer: OWN }, { cookie: 'SID=Z', answer: OWN }]],
  ['the origin sets it twice', [{ answer: TWICE }, { cookie: 'SID=B', answer: TWICE }]],
  ['odd Set-Cookies', [{ answer: ODD }, { cookie: 'SID=B', answer: ODD }]],
  [
    'prefixed cookies',
    [
      { cookie: 'SID=B~v1' },
      { cookie: 'y=1; SID=C~v~w; z=2' },
      { cookie: 'SID=Z~v' },
      { cookie: 'SID=~v' },
      { cookie: 'SID=B~' },
    ],
  ],
  ['dated cookies', [{ cookie: 'SID=B|{date:-60}' }, { cookie: 'SID=B|{date:-9999}|{date:-60}' }]],
  ['a browser that comes back', [{ jar: true, answer: OWN }, { jar: true }, { jar: true, answer: OWN }, { jar: true }]],
]

const modes = [
  '',
  'indirect',
  'prefix',
  'rewrite',
  'rewrite httponly secure nocache',
  'prefix httponly domain .example.com',
  'rewrite maxidle 30m',
  'prefix maxidle 30m',
  'indirect preserve',
].flatMap((mode) =>
  STEPS.map(([name, steps]): Scenario => ({
    name: `cookie ${mode || '(passive)'}: ${name}`,
    cfg: [`cookie SID ${mode}`, ...SERVERS],
    steps,
  })),
)

export const COOKIE_MODES: readonly Scenario[] = [
  ...modes,
  ...['prefix', 'rewrite'].map((mode): Scenario => ({
    name: `cookie ${mode}: a server without a value`,
    cfg: [`cookie SID ${mode}`, 'server a {a}', 'server b {b} cookie B'],
    steps: [{ answer: OWN }, { answer: OWN }, { cookie: 'SID=B~x', answer: OWN }],
  })),
]
