// Which bytes of a Cookie header reach the origin: other applications' cookies, in every mode.

import type { Scenario } from '../scenario.ts'

const SERVERS = ['server a {a} cookie A', 'server b {b} cookie B']

const scenario = (line: string, what: string, cookies: readonly string[], difference?: string): Scenario => ({
  name: `bytes under '${line || 'no cookie line'}': ${what}`,
  cfg: [...(line === '' ? [] : [line]), ...SERVERS],
  steps: cookies.map((cookie) => ({ cookie })),
  ...(difference === undefined ? {} : { difference }),
})

const FOREIGN = [
  'pref=lang=de, theme=dark',
  'q="a, b=1"',
  'c={"b":"x;y"}',
  'a=1;b=2;  c=3 ;d=4',
  'a={"x":1,"y":2}; b',
  'n=Jos\u00e9',
]
const BESIDE = FOREIGN.slice(0, -1).flatMap((cookie) => [`${cookie}; SRV=B`, `SRV=B; ${cookie}`])
const CUT = [
  'a=1;SRV=B;b=2',
  'a=1 ;SRV=B ; b=2',
  'a=1;  SRV=B;   b=2',
  'SRV=B;  a=1;b=2;  c=3',
  'x=1; SRV=B; SRV=A; y=2',
  'SRV=A; x=1;  z=2; SRV=B',
  ';; SRV=B',
  'SRV=B;;a=1',
  'a=1;;SRV=B;;b=2',
  'a; SRV=B; b',
  'SRV; SRV=B',
  'a=1, SRV=B',
  'a=1,SRV=B',
  'a=1, SRV=B; b=2',
  'SRV=B, b=2',
  'SRV=B,b=2',
]

export const COOKIE_BYTES: readonly Scenario[] = [
  ...[
    '',
    'cookie SRV',
    'cookie SRV rewrite',
    'cookie SRV insert',
    'cookie SRV insert indirect',
    'cookie SRV prefix',
  ].map((line) => scenario(line, 'foreign cookies alone', FOREIGN)),
  ...['cookie SRV', 'cookie SRV insert', 'cookie SRV insert indirect'].map((line) =>
    scenario(line, 'foreign cookies beside one of ours', BESIDE),
  ),
  scenario(
    'cookie SRV prefix',
    'foreign cookies beside one of ours',
    BESIDE.map((cookie) => cookie.replace('SRV=B', 'SRV=B~x')),
  ),
  scenario('cookie SRV insert indirect', 'what is left around the cut', CUT),
  scenario(
    'cookie SRV insert indirect',
    'a comma behind the cut',
    ['a=1, SRV=B, b=2', 'a=1; SRV=B, b=2'],
    'the comma may be the end of a line that workerd joined: `; ` is put in its place',
  ),
  scenario(
    'cookie SRV insert',
    'a comma before ours',
    ['a=1, SRV=B'],
    'the comma may be the end of a line that workerd joined: `; ` is put in its place',
  ),
  scenario(
    'cookie SRV insert indirect',
    'ours within quotes',
    ['q="a; SRV=B"', 'q="a; SRV=B'],
    "it is read: another site's quotes hide no cookie",
  ),
  scenario(
    'cookie SRV insert indirect',
    'attributes of RFC 2965 behind ours',
    ['SRV=B; $Version=1; a=1; $Path=/'],
    'no client sends them any more; HAProxy takes out those that follow its cookie',
  ),
  scenario(
    'cookie SRV insert indirect',
    'a byte that is no UTF-8 beside ours',
    ['n=Jos\u00e9; SRV=B'],
    'writing the header again would lose the byte: ours stays in it',
  ),
]
