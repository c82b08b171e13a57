// Who is kept from a statistics page: rules of its section, its own rules, its password. The page itself is no application's, and
// is compared in test/applications.

import type { Scenario, Step } from '../scenario.ts'

let clients = 0

/** Each has a client of its own, who may guess. */
const stats = (name: string, cfg: readonly string[], steps: readonly Step[]): Scenario => ({
  name: `stats: ${name}`,
  cfg: [...cfg, 'server a {a}'],
  steps,
  from: `127.0.2.${++clients}`,
})
const withPassword = (text: string): Step => ({
  path: '/stats',
  headers: [['Authorization', `Basic ${btoa(text)}`]],
})

export const STATS: readonly Scenario[] = [
  stats(
    'http-request deny holds for the page',
    ['stats uri /stats', 'http-request deny if { path_beg /stats } !{ src 10.0.0.0/8 }'],
    [{ path: '/stats' }, { path: '/stats;csv' }, { path: '/stats', method: 'POST', body: 's=a&action=maint' }, {}],
  ),
  stats(
    'http-request redirect and return come before the page',
    [
      'stats uri /stats',
      'http-request redirect location /there if { path /stats }',
      'http-request return status 200 content-type text/plain string "own" if { path /stats/own }',
    ],
    [{ path: '/stats' }, { path: '/stats/own' }, {}],
  ),
  stats(
    'a path that rules have changed is what counts',
    ['stats uri /stats', 'http-request set-path /other if { path_beg /stats }'],
    [{ path: '/stats' }, {}],
  ),
  stats(
    'redirect comes after the page, for other methods before the server',
    ['stats uri /stats', 'redirect location /there if { path_beg /stats /go }'],
    [{ path: '/go' }, { path: '/stats', method: 'DELETE' }, {}],
  ),
  stats(
    'a password is needed where there is one',
    ['stats uri /stats', 'stats realm The\\ page', 'stats auth ann:secret'],
    [{ path: '/stats' }, withPassword('ann:wrong'), withPassword('bob:secret'), withPassword('ann'), {}],
  ),
  stats(
    'stats http-request deny and auth',
    [
      'stats uri /stats',
      'stats http-request deny if { hdr(x-who) stranger }',
      'stats http-request auth realm Ops if { hdr(x-who) guest }',
    ],
    [
      { path: '/stats', headers: [['X-Who', 'stranger']] },
      { path: '/stats', headers: [['X-Who', 'guest']] },
      { path: '/elsewhere', headers: [['X-Who', 'stranger']] },
    ],
  ),
]
