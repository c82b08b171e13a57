// Files with whole answers: http-errors sections, errorfiles, default-errorfiles, and what rules answer with.

import type { Scenario } from '../scenario.ts'

const answer = (status: string, by: string) =>
  `HTTP/1.0 ${status}\r\nCache-Control: no-cache\r\nContent-Type: text/html\r\nX-By: ${by}\r\n\r\n<b>${by}</b>\n`
const files = {
  'ef403.http': answer('403 Forbidden', 'site 403'),
  'ef503.http': answer('503 Service Unavailable', 'site 503'),
  'ef500.http': answer('500 Oops', 'own 500'),
  'efempty.txt': '',
  'eflf.txt': 'path %[path]\n',
  'efplain.txt': 'path %[path]\n',
}

const answered = (
  name: string,
  lines: readonly string[],
  paths: readonly string[],
  sections: readonly string[] = [],
): Scenario => ({
  name: `error files: ${name}`,
  cfg: [
    'http-errors {id}-site',
    '  errorfile 403 {dir}/ef403.http',
    '  errorfile 503 {dir}/ef503.http',
    ...sections,
    'listen {id}',
    '  bind {bind}',
    ...lines.map((line) => `  ${line}`),
    '  server a {a}',
  ],
  steps: paths.map((path) => ({ path, comparesBody: true })),
  files,
})

/** Each rule answers the path of its place. */
const ruled = (rules: readonly string[]): readonly [readonly string[], readonly string[]] => [
  rules.map((rule, i) => `${rule} if { path /${i} }`),
  rules.map((_, i) => `/${i}`),
]

export const ERROR_FILES: readonly Scenario[] = [
  answered(
    'deny and its forms',
    ...ruled([
      'http-request deny status 403',
      'http-request deny status 418',
      'http-request deny status 403 content-type text/plain',
      'http-request deny status 403 errorfiles {id}-site',
      'http-request deny status 404 errorfiles {id}-site',
      'http-request deny status 403 errorfile {dir}/ef503.http hdr X-Not there',
      'http-request deny hdr X-Only %[path]',
      'http-request deny status 410 content-type text/plain lf-string "no %[path]" hdr X-A 1 hdr X-A 2',
      'http-request deny status 410 content-type text/plain lf-file {dir}/eflf.txt',
      'http-request deny status 410 content-type text/plain file {dir}/efplain.txt',
      'http-request deny status 410 content-type text/plain file {dir}/efempty.txt',
    ]),
  ),
  answered(
    'return and its forms',
    ...ruled([
      'http-request return',
      'http-request return status 204',
      'http-request return status 200 content-type text/plain',
      'http-request return status 503 errorfiles {id}-site',
      'http-request return status 404 errorfiles {id}-site',
      'http-request return errorfile {dir}/ef503.http',
      'http-request return status 403 errorfile {dir}/ef503.http hdr X-Not there',
      'http-request return status 200 content-type text/plain lf-file {dir}/eflf.txt hdr X-A %[path]',
    ]),
  ),
  {
    ...answered(
      'default-errorfiles',
      [
        'errorfiles {id}-site 403',
        'errorfile 500 {dir}/ef500.http',
        'http-request return status 403 default-errorfiles hdr X-Not there if { path /0 }',
        'http-request return status 500 default-errorfiles if { path /1 }',
        'http-request deny status 500 default-errorfiles if { path /2 }',
        'http-request deny deny_status 403 if { path /3 }',
        'http-request deny if { path /4 }',
        'http-request tarpit status 500 default-errorfiles if { path /5 }',
        'timeout tarpit 10ms',
      ],
      ['/0', '/1', '/2', '/3', '/4', '/5', '/6'],
    ),
  },
  answered(
    'later lines win',
    [
      'errorfile 403 {dir}/ef500.http',
      'errorfiles {id}-site',
      'http-error status 503 content-type text/html lf-string "<i>%[path]</i>" hdr X-By %[path]',
      'http-request deny deny_status 403 if { path /0 }',
      'http-request deny deny_status 503 if { path /1 }',
    ],
    ['/0', '/1'],
  ),
  answered(
    'http-error of a section and of none',
    [
      'errorfile 404 {dir}/ef500.http',
      'http-error status 403 errorfiles {id}-site',
      'http-error status 410 content-type text/plain string gone',
      'http-request deny deny_status 403 if { path /0 }',
      'http-request deny deny_status 410 if { path /1 }',
      'http-request deny deny_status 404 if { path /2 }',
    ],
    ['/0', '/1', '/2'],
  ),
  answered(
    'a backend has them from its own lines and from its frontend',
    [
      'errorfiles {id}-site 403',
      'use_backend {id}-b if { path_beg /b }',
      'http-request deny deny_status 403 if { path /0 }',
    ],
    ['/0', '/b/0', '/b/1'],
    [
      'backend {id}-b',
      '  errorfile 500 {dir}/ef500.http',
      '  http-request deny deny_status 500 if { path /b/1 }',
      '  http-request deny deny_status 403',
    ],
  ),
]
