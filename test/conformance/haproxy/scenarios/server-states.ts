// Who is sent where when servers are disabled, weightless, backup or down; persist, force-persist, use-server, redispatch.

import type { Scenario, Step } from '../scenario.ts'

const EACH: readonly Step[] = [{}, {}, {}, { cookie: 'SRV=A' }, { cookie: 'SRV=B' }, { cookie: 'SRV=C' }]
const state = (name: string, cfg: readonly string[], steps: readonly Step[] = EACH, difference?: string): Scenario => ({
  name: `states: ${name}`,
  cfg: ['cookie SRV insert indirect', ...cfg],
  steps,
  ...(difference === undefined ? {} : { difference }),
})
const DOWN = 'server b {dead} cookie B check inter 200ms fall 1'

export const SERVER_STATES: readonly Scenario[] = [
  state('all up', ['server a {a} cookie A', 'server b {b} cookie B', 'server c {c} cookie C']),
  state('one disabled', ['server a {a} cookie A', 'server b {b} cookie B disabled', 'server c {c} cookie C']),
  state('one of weight 0', ['server a {a} cookie A', 'server b {b} cookie B weight 0', 'server c {c} cookie C']),
  state('one backup', ['server a {a} cookie A', 'server b {b} cookie B backup', 'server c {c} cookie C']),
  state('one down', ['server a {a} cookie A', DOWN, 'server c {c} cookie C']),
  state('all down', [DOWN]),
  state('all disabled', ['server a {a} cookie A disabled', 'server b {b} cookie B disabled']),
  state('only backups', ['server a {a} cookie A backup', 'server b {b} cookie B backup']),
  state('only backups, all of them', [
    'option allbackups',
    'server a {a} cookie A backup',
    'server b {b} cookie B backup',
  ]),
  state('actives down, two backups', [DOWN, 'server a {a} cookie A backup', 'server c {c} cookie C backup']),
  state('actives down, all backups', [
    'option allbackups',
    DOWN,
    'server a {a} cookie A backup',
    'server c {c} cookie C backup',
  ]),
  state('weight 0 everywhere', ['server a {a} cookie A weight 0', 'server b {b} cookie B weight 0'], EACH),
  state('a backup of weight 0', ['server a {a} cookie A', 'server b {b} cookie B backup weight 0']),
  state('checked and up', [
    'option httpchk GET /health',
    'server a {a} cookie A check inter 200ms',
    'server b {b} cookie B check inter 200ms',
    'server c {c} cookie C',
  ]),
  state('connected and up', [
    'server a {a} cookie A check inter 200ms',
    'server b {b} cookie B check inter 200ms',
    'server c {c} cookie C',
  ]),
  state('wanted status not given', [
    'option httpchk GET /health',
    'http-check expect status 404',
    'server a {a} cookie A check inter 200ms fall 1',
    'server b {b} cookie B',
  ]),
  state('persist to a disabled one', ['option persist', 'server a {a} cookie A', 'server b {b} cookie B disabled']),
  state(
    'persist to one that is down, with redispatch',
    ['option persist', 'option redispatch', 'retries 1', 'server a {a} cookie A', DOWN],
    [{ cookie: 'SRV=B' }],
  ),
  state(
    'force-persist to a disabled one',
    ['force-persist if { hdr(x-force) 1 }', 'server a {a} cookie A', 'server b {b} cookie B disabled'],
    [{ cookie: 'SRV=B' }, { cookie: 'SRV=B', headers: [['X-Force', '1']] }, { headers: [['X-Force', '1']] }],
  ),
  state(
    'ignore-persist',
    [
      'ignore-persist if { path_beg /static }',
      'server a {a} cookie A',
      'server b {b} cookie B',
      'server c {c} cookie C',
    ],
    [
      { cookie: 'SRV=B' },
      { cookie: 'SRV=B; x=1', path: '/static/x' },
      { cookie: 'SRV=B', path: '/static/x', answer: { headers: [['Set-Cookie', 'SRV=own']] } },
      { path: '/static/x' },
      { cookie: 'SRV=B' },
    ],
  ),
  state(
    'force and ignore: the first that holds',
    [
      'force-persist if { path /f }',
      'ignore-persist if { path_beg / }',
      'server a {a} cookie A',
      'server b {b} cookie B disabled',
    ],
    [
      { cookie: 'SRV=B', path: '/f' },
      { cookie: 'SRV=B', path: '/g' },
      { cookie: 'SRV=A', path: '/g' },
    ],
  ),
  state(
    'use-server',
    [
      'use-server c if { path /c }',
      'use-server b unless { path /a }',
      'server a {a} cookie A',
      'server b {b} cookie B',
      'server c {c} cookie C',
    ],
    [{ path: '/c' }, { path: '/a' }, { path: '/x' }, { path: '/c', cookie: 'SRV=A' }, { path: '/a', cookie: 'SRV=A' }],
  ),
  state(
    'use-server with a date',
    ['use-server b if { path /b }', 'server a {a} cookie A', 'server b {b} cookie B'],
    [{ path: '/b' }, { path: '/b', cookie: 'SRV=A|{date:-60}' }],
  ),
  state(
    'use-server that is disabled',
    [
      'use-server b if { path /b }',
      'use-server c if { path /b }',
      'server a {a} cookie A',
      'server b {b} cookie B disabled',
      'server c {c} cookie C',
    ],
    [{ path: '/b' }, { path: '/b', cookie: 'SRV=B' }],
  ),
  state(
    'a refusing server, with redispatch',
    ['option redispatch', 'retries 1', 'server a {dead} cookie A', 'server b {b} cookie B'],
    [{ cookie: 'SRV=A' }, {}],
  ),
  state(
    'a refusing server, redispatch at every retry',
    ['option redispatch 1', 'server a {dead} cookie A', 'server b {b} cookie B'],
    [{ cookie: 'SRV=A' }, {}, {}],
  ),
  state(
    'a refusing server, without redispatch',
    ['retries 1', 'server a {dead} cookie A', 'server b {b} cookie B'],
    [{ cookie: 'SRV=A' }],
  ),
  state(
    'no retries',
    ['retries 0', 'server a {dead} cookie A', 'server b {b} cookie B'],
    [{ cookie: 'SRV=A' }, { cookie: 'SRV=B' }],
  ),
]
