// What takes its time: tarpits, bodies that rules wait for and read, timeouts that rules set.

import type { Scenario, Step } from '../scenario.ts'

const form = (body: string, more: Partial<Step> = {}): Step => ({
  method: 'POST',
  path: '/form',
  headers: [['Content-Type', 'application/x-www-form-urlencoded']],
  body,
  ...more,
})
const echoing: Partial<Step> = { answer: { echoes: true } }
const SHOW = 'http-request set-header X-Out "[%[req.body]] %[req.body_len] %[req.body_size]"'
const SHOW_RESPONSE = 'http-response set-header X-Out "[%[res.body]] %[res.body_len] %[res.body_size]"'
const LARGE = 'x'.repeat(60_000)

const FILES = {
  'tarpit500.http': 'HTTP/1.0 500 Oops\r\nCache-Control: no-cache\r\nContent-Type: text/plain\r\n\r\nown\n',
}

const waiting = (name: string, cfg: readonly string[], steps: readonly Step[], isTimed = false): Scenario => ({
  name: `waiting: ${name}`,
  cfg: [...cfg, 'server a {a}'],
  steps,
  files: FILES,
  ...(isTimed ? { isTimed } : {}),
})

export const WAITING: readonly Scenario[] = [
  waiting(
    'a body that rules ask for',
    [SHOW],
    [
      form('a=1&b=2', echoing),
      { path: '/none' },
      { method: 'POST', body: '' },
      { method: 'PUT', body: '{"a":"b"}', ...echoing },
    ],
  ),
  waiting(
    'parameters of a form',
    [
      'http-request set-header X-A "%[req.body_param(a)]"',
      'http-request set-header X-Any "%[req.body_param]"',
      'http-request set-header X-Two yes if { req.body_param(a) -m str 2 }',
      'http-request set-header X-Cnt %[req.body_param(a),length]',
    ],
    [
      form('a=1&b=2&a=2', echoing),
      form('b=%41+c&=x&a='),
      form('a=1;b=2'),
      form('a'),
      form('A=1&aa=2&a=x%3D='),
      { path: '/?a=query' },
    ],
  ),
  waiting(
    'conditions on the body',
    [
      'http-request deny deny_status 413 if { req.body_size gt 20 }',
      'http-request set-header X-Found %[req.body_len] if { req.body -m sub secret }',
      'http-request set-header X-Json "%[req.body,json_query(\'\\$.user\')]"',
      'http-request set-header X-Regex yes if { req.body -m reg ^m }',
    ],
    [form('my secret', echoing), form('x'.repeat(21)), form('{"user":"ann"}'), form('')],
  ),
  waiting(
    'option http-buffer-request',
    ['option http-buffer-request', 'timeout http-request 1s', SHOW],
    [
      form('first ', { bodyLater: { afterMs: 200, text: 'second' }, ...echoing }),
      form('first ', { bodyLater: { afterMs: 2500, text: 'second' } }),
      {},
    ],
    true,
  ),
  waiting(
    'option http-buffer-request of a body that is larger than the buffer',
    ['option http-buffer-request', 'timeout http-request 1s', 'http-request set-header X-Out %[req.body_size]'],
    [form(LARGE, echoing)],
  ),
  waiting(
    'wait-for-body',
    ['http-request wait-for-body time 500ms if { method POST }', SHOW],
    [
      form('first ', { bodyLater: { afterMs: 100, text: 'second' }, ...echoing }),
      form('first ', { bodyLater: { afterMs: 1500, text: 'second' } }),
      { path: '/none' },
    ],
  ),
  waiting(
    'wait-for-body at-least',
    ['http-request wait-for-body time 1s at-least 5', 'http-request set-header X-Out "%[req.body]"'],
    [form('first', { bodyLater: { afterMs: 500, text: ' second' }, ...echoing }), form('abc', echoing)],
  ),
  {
    name: 'waiting: a backend waits for the body, too',
    cfg: [
      'frontend {id}',
      '  bind {bind}',
      '  default_backend {id}-b',
      'backend {id}-b',
      '  option http-buffer-request',
      '  timeout http-request 1s',
      `  ${SHOW}`,
      '  server a {a}',
    ],
    steps: [form('first ', { bodyLater: { afterMs: 200, text: 'second' }, ...echoing }), form('all', echoing)],
  },
  waiting(
    'retries send a buffered body again',
    [
      'option http-buffer-request',
      'timeout http-request 1s',
      'retries 3',
      'retry-on 503',
      'option redispatch 1',
      'server b {b}',
    ],
    [form('again', { method: 'PUT', answer: { a: { status: 503 }, b: { echoes: true } } })],
  ),
  waiting(
    'tarpit',
    [
      'timeout tarpit 1s',
      'errorfile 500 {dir}/tarpit500.http',
      'http-request tarpit if { path /plain }',
      'http-request tarpit deny_status 429 if { path /status }',
      'http-request tarpit status 403 content-type text/plain string "slow" hdr X-By fixed if { path /worded }',
    ],
    ['/plain', '/status', '/worded', '/other'].map((path) => ({ path, comparesBody: path !== '/status' })),
    true,
  ),
  waiting(
    'tarpit takes timeout connect',
    ['timeout connect 2s', 'http-request tarpit if { path /t }'],
    [{ path: '/t' }],
    true,
  ),
  waiting(
    'the body of a response that rules ask for',
    [SHOW_RESPONSE],
    [
      {},
      { answer: { body: '{"user":"ann"}' } },
      { answer: { body: '' } },
      { answer: { status: 204 } },
      { method: 'HEAD', answer: { body: 'x' } },
      { answer: { status: 404, body: 'none\tof it' } },
    ],
  ),
  waiting(
    'conditions on the body of a response',
    [
      'http-response deny deny_status 502 if { res.body -m sub secret }',
      'http-response return status 418 content-type text/plain string teapot if { res.body_len eq 3 }',
      'http-response set-status 201 if { res.body -m reg ^made }',
      String.raw`http-response set-var(txn.user) res.body,json_query(\'\$.user\')`,
      'http-response set-header X-User "%[var(txn.user)]"',
    ],
    ['my secret', 'abc', 'made it', '{"user":"ann"}', ''].map((body) => ({
      answer: { body },
      comparesBody: body === 'abc',
    })),
  ),
  waiting(
    'wait-for-body of a response',
    ['http-response wait-for-body time 500ms if { status 200 }', SHOW_RESPONSE],
    [
      { answer: { body: 'first ', bodyLater: { afterMs: 100, text: 'second' } } },
      { answer: { body: 'first ', bodyLater: { afterMs: 1600, text: 'second' } } },
      { answer: { body: 'whole' } },
      { method: 'HEAD', answer: { body: 'whole' } },
    ],
    true,
  ),
  waiting(
    'wait-for-body at-least of a response',
    ['http-response wait-for-body time 1s at-least 5', SHOW_RESPONSE],
    [
      { answer: { body: 'first ', bodyLater: { afterMs: 300, text: 'second' } } },
      { answer: { body: 'abc', bodyLater: { afterMs: 300, text: 'def' } } },
      { answer: { body: 'abc' } },
    ],
  ),
  {
    name: 'waiting: the body of any response, in both sections',
    cfg: [
      'frontend {id}',
      '  bind {bind}',
      '  http-request return status 200 content-type text/plain string own if { path /own }',
      '  http-response set-header X-Front %[res.body_len]',
      '  http-after-response set-header X-After "[%[res.body]] %[res.body_len]"',
      '  default_backend {id}-b',
      'backend {id}-b',
      '  http-response wait-for-body time 1s',
      '  http-response set-header X-Back %[res.body_len]',
      '  server a {a}',
    ],
    steps: [
      { path: '/own', comparesBody: true },
      { answer: { body: 'first ', bodyLater: { afterMs: 200, text: 'second' } } },
      { answer: { body: LARGE.slice(0, 1000) } },
    ],
  },
  waiting(
    'set-timeout server',
    [
      'http-request set-timeout server 500ms if { path /fixed }',
      'http-request set-timeout server url_param(ms) if { path /sample }',
    ],
    [
      { path: '/fixed', answer: { afterMs: 1200 } },
      { path: '/other', answer: { afterMs: 1200 } },
      { path: '/sample?ms=500', answer: { afterMs: 1200 } },
      { path: '/sample?ms=0', answer: { afterMs: 700 } },
      { path: '/sample?ms=x', answer: { afterMs: 700 } },
      { path: '/sample', answer: { afterMs: 700 } },
    ],
    true,
  ),
]
