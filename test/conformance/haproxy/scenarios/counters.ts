// Counters of stick tables: who is refused, at which request.

import type { Scenario, Step } from '../scenario.ts'
import { PUBLISHED_LIMITS } from './published-limits.ts'

const SERVER = 'server a {a}'
const counters = (name: string, cfg: readonly string[], steps: readonly Step[]): Scenario => ({
  name: `counters: ${name}`,
  cfg: [...cfg, SERVER],
  steps,
})
const times = (count: number, step: Step = {}): readonly Step[] => Array.from({ length: count }, () => step)
const keyed = (key: string): Step => ({ headers: [['X-Key', key]] })
const shown = (path: string): Step => ({ path, comparesBody: true })
const show = (text: string): string => `http-request return status 200 content-type text/plain lf-string "${text}"`

export const COUNTERS: readonly Scenario[] = [
  counters(
    'more than three requests a minute from one address are refused with 429',
    [
      'stick-table type ip size 100k expire 5m store http_req_rate(60s)',
      'http-request track-sc0 src',
      'http-request deny deny_status 429 if { sc_http_req_rate(0) gt 3 }',
    ],
    times(6),
  ),
  counters(
    'what a tcp-request content line tracks counts the request behind these lines',
    [
      'stick-table type ip size 100k expire 5m store http_req_cnt,conn_cnt,sess_cnt',
      'tcp-request inspect-delay 1s',
      'tcp-request content track-sc1 src',
      'tcp-request content set-var(txn.before) sc1_http_req_cnt',
      show('%[var(txn.before)] %[sc_http_req_cnt(1)] %[sc1_conn_cnt] %[sc1_sess_cnt]'),
    ],
    times(3, { comparesBody: true }),
  ),
  counters(
    'more than 3,500 bytes a minute for one address are refused',
    [
      // HAProxy counts headers, too: they must not decide.
      'stick-table type ip size 100k expire 5m store bytes_out_rate(60s)',
      'http-request track-sc0 src',
      'http-request deny deny_status 429 if { sc0_bytes_out_rate gt 3500 }',
    ],
    times(4, { answer: { body: 'x'.repeat(2_000) } }),
  ),
  counters(
    'each key of a header has a limit of its own, and requests without one have none',
    [
      'stick-table type string len 32 size 100k expire 5m store http_req_cnt',
      'http-request track-sc0 req.hdr(x-key)',
      'http-request deny deny_status 429 if { sc0_http_req_cnt gt 2 }',
    ],
    [keyed('a'), keyed('a'), keyed('b'), keyed('a'), keyed('b'), {}, {}, {}, keyed('b'), keyed('c')],
  ),
  counters(
    'each URL has a limit for each address',
    [
      'stick-table type binary len 20 size 100k expire 5m store http_req_rate(60s)',
      'http-request track-sc2 base32+src',
      'http-request deny deny_status 429 if { sc2_http_req_rate gt 2 }',
    ],
    ['/a', '/a', '/b', '/a', '/b', '/b', '/c'].map((path) => ({ path })),
  ),
  counters(
    'errors are answers from 400 to 499 and refusals, and not what failed or was answered by a rule',
    [
      'stick-table type ip size 100k expire 5m store http_err_cnt,http_err_rate(60s),http_fail_cnt,http_fail_rate(60s)',
      'http-request track-sc0 src',
      'http-request deny if { path /deny }',
      'http-request return status 404 if { path /return }',
      'http-request redirect location /x if { path /redirect }',
      `${show('%[sc_http_err_cnt(0)] %[sc0_http_err_rate] %[sc0_http_fail_cnt] %[sc_http_fail_rate(0)]')} if { path /see }`,
    ],
    [
      { answer: { status: 404 } },
      shown('/see'),
      { path: '/deny' },
      shown('/see'),
      { path: '/return' },
      { path: '/redirect' },
      shown('/see'),
      { answer: { status: 500 } },
      { answer: { status: 501 } },
      { answer: { status: 503 } },
      { answer: { status: 505 } },
      { answer: { status: 302 } },
      shown('/see'),
    ],
  ),
  counters(
    'a client that has met too many errors is refused',
    [
      'stick-table type ip size 100k expire 5m store http_err_rate(60s)',
      'http-request track-sc0 src',
      'http-request deny deny_status 403 if { sc0_http_err_rate ge 2 }',
    ],
    [{ answer: { status: 404 } }, {}, { answer: { status: 401 } }, {}, {}],
  ),
  counters(
    'gpc0 is a list of who is refused, until it is cleared',
    [
      'stick-table type ip size 100k expire 5m store gpc0',
      'http-request track-sc0 src',
      'http-request set-var(txn.x) src_clr_gpc0 if { path /pardon }',
      'http-request sc-inc-gpc0(0) if { path /trap }',
      'http-request deny if { sc_get_gpc0(0) gt 1 }',
    ],
    ['/', '/trap', '/', '/trap', '/', '/', '/pardon', '/', '/trap'].map((path) => ({ path })),
  ),
  counters(
    'an acl that counts is asked in order',
    [
      'stick-table type ip size 100k expire 5m store gpc0,http_req_cnt',
      'http-request track-sc0 src',
      'acl bad path /bad',
      'acl mark sc0_inc_gpc0 gt 0',
      'acl marked sc0_get_gpc0 gt 0',
      'http-request deny if marked',
      'http-request deny deny_status 429 if bad mark',
    ],
    ['/', '/bad', '/', '/bad'].map((path) => ({ path })),
  ),
  counters(
    'arrays of counters and tags',
    [
      'stick-table type string len 16 size 100k expire 5m store gpc(3),gpc_rate(2,60s),gpt(2)',
      'http-request track-sc0 path',
      'http-request sc-inc-gpc(1,0)',
      'http-request sc-inc-gpc0(0) if { path /b }',
      'http-request sc-set-gpt(1,0) int(5),add(3)',
      'http-request sc-set-gpt0(0) 77 if { path /b }',
      show(
        '%[sc_get_gpc(0,0)] %[sc_get_gpc(1,0)] %[sc_get_gpc(2,0)] %[sc_get_gpc(3,0)] %[sc_gpc_rate(0,0)] %[sc_gpc_rate(1,0)] %[sc_gpc_rate(2,0)] %[sc_get_gpt(0,0)] %[sc_get_gpt(1,0)] %[sc_get_gpt0(0)] %[sc0_get_gpc1] %[sc_inc_gpc(2,0)] %[sc_clr_gpc(1,0)] %[sc0_get_gpc1]',
      ),
    ],
    ['/a', '/b', '/a', '/b'].map(shown),
  ),
  counters(
    'of a key that is not there 0 is read, of a counter that is not kept nothing',
    [
      'stick-table type ip size 100k expire 5m store http_req_cnt,gpc0',
      'http-request track-sc0 src if { path /track }',
      show(
        '%[sc0_http_req_cnt]|%[sc0_tracked]|%[sc0_trackers]|%[src_http_req_cnt]|%[src_gpc0_rate]|%[src,in_table({id})]|%[src,table_http_req_cnt({id})]|%[str(192.0.2.9),table_gpc0({id})]|%[src,table_gpc1({id})]|%[str(x),table_gpc0({id})]|%[sc0_kbytes_in]|%[src_inc_gpc0]|%[src_get_gpc0]',
      ),
    ],
    ['/', '/track', '/', '/track'].map(shown),
  ),
  counters(
    'the first that tracks something under a number wins',
    [
      'stick-table type string len 16 size 100k expire 5m store http_req_cnt,conn_cnt',
      'http-request track-sc0 req.hdr(x-none)',
      'http-request track-sc0 str(one)',
      'http-request track-sc0 str(two)',
      'http-request track-sc1 str(one)',
      show(
        '%[sc0_http_req_cnt] %[sc1_http_req_cnt] %[sc0_conn_cnt] %[str(two),table_http_req_cnt({id})] %[sc0_trackers]',
      ),
    ],
    times(2, { comparesBody: true }),
  ),
  counters(
    'a response tracks, too, and counts its error',
    [
      'stick-table type string len 16 size 100k expire 5m store http_req_cnt,http_err_cnt,http_fail_cnt',
      'http-response track-sc0 status',
      'http-response set-header X-Seen "%[sc0_http_req_cnt] %[sc0_http_err_cnt] %[sc0_http_fail_cnt]"',
    ],
    [{}, { answer: { status: 404 } }, { answer: { status: 404 } }, { answer: { status: 500 } }, {}],
  ),
  counters(
    'a rate has gone after two periods',
    [
      'stick-table type ip size 100k expire 5m store http_req_rate(1s)',
      'http-request track-sc0 src',
      'http-request deny deny_status 429 if { sc_http_req_rate(0) gt 2 }',
    ],
    [...times(4), { waitMs: 2_100 }, ...times(3)],
  ),
  counters(
    'an entry that is not used ends',
    [
      'stick-table type ip size 100k expire 1s store http_req_cnt',
      'http-request track-sc0 src',
      show('%[sc_http_req_cnt(0)]'),
    ],
    [...times(2, { comparesBody: true }), { waitMs: 1_300, comparesBody: true }],
  ),
  counters(
    'a full table forgets the key used longest ago',
    [
      'stick-table type string len 16 size 2 expire 5m store http_req_cnt',
      'http-request track-sc0 path',
      show('%[sc_http_req_cnt(0)]'),
    ],
    // HAProxy orders by milliseconds, and a request that ends is a use, too. What makes room here before it was told to the table's object
    // counts on: the third step gives time to tell it.
    ['/a', '/b', '/a', '/c', '/b', '/c'].map((path, i) => ({ ...shown(path), waitMs: i === 3 ? 2_500 : 20 })),
  ),
  counters(
    'a full table with nopurge tracks nobody else',
    [
      'stick-table type string len 16 size 2 nopurge expire 5m store http_req_cnt',
      'http-request track-sc0 path',
      show('%[sc_http_req_cnt(0)]'),
    ],
    ['/a', '/b', '/a', '/c', '/b', '/c'].map(shown),
  ),
  counters(
    'a key is what the type of the table makes of it',
    [
      'stick-table type integer size 100 expire 5m store http_req_cnt',
      'http-request track-sc0 url_param(n)',
      show('%[sc_http_req_cnt(0)]'),
    ],
    ['/?n=7', '/?n=7a', '/?n=007', '/?n=8', '/', '/?n=a', '/?n=0'].map(shown),
  ),
  counters(
    'what an allow line lets through is counted, and not refused',
    [
      'stick-table type ip size 100k expire 5m store http_req_rate(60s)',
      'http-request track-sc0 src',
      'http-request allow if { path_beg /ok }',
      'http-request deny deny_status 429 if { sc0_http_req_rate gt 3 }',
    ],
    ['/', '/ok', '/ok', '/ok', '/', '/ok', '/'].map((path) => ({ path })),
  ),
  counters(
    'who is banned is refused until the ban is over, however many requests come',
    [
      'stick-table type ip size 100k expire 5m store http_req_rate(1s),gpc0_rate(2s)',
      'http-request track-sc0 src',
      'http-request deny deny_status 403 if { sc0_gpc0_rate gt 0 }',
      'http-request deny deny_status 429 if { sc0_http_req_rate gt 2 } { sc0_inc_gpc0 ge 0 }',
    ],
    [...times(5), { waitMs: 4_200 }, {}],
  ),
  counters(
    'the last address that X-Forwarded-For names is the key, and a name there is none',
    [
      'stick-table type ipv6 size 100k expire 5m store http_req_cnt',
      'http-request track-sc0 hdr_ip(x-forwarded-for,-1)',
      show('%[sc0_http_req_cnt] %[sc0_tracked]'),
    ],
    ['192.0.2.1', '192.0.2.2, 192.0.2.1', '192.0.2.1, 2001:db8::1', '2001:DB8:0::1', 'someone', ''].map((value) => ({
      headers: [['X-Forwarded-For', value]],
      comparesBody: true,
    })),
  ),
  counters(
    'IPv6 clients of one network count together',
    [
      'stick-table type ipv6 size 100k expire 5m store http_req_cnt',
      'http-request track-sc0 req.hdr_ip(x-key),ipmask(24,64)',
      show('%[sc0_http_req_cnt]'),
    ],
    ['2001:db8::1', '2001:db8::2:3', '2001:db8:0:1::1', '192.0.2.1', '192.0.2.9', '192.0.3.9'].map((value) => ({
      ...keyed(value),
      comparesBody: true,
    })),
  ),
  counters(
    'the same URL with another query is another key of url32+src, and not of base32+src',
    [
      'stick-table type binary len 20 size 100k expire 5m store http_req_cnt',
      'http-request track-sc0 url32+src',
      'http-request track-sc1 base32+src',
      show('%[sc0_http_req_cnt] %[sc1_http_req_cnt]'),
    ],
    ['/a', '/a?x=1', '/a?x=1', '/b', '/a'].map(shown),
  ),
  {
    name: 'counters: a backend reads what the frontend has counted in a table of its own section',
    cfg: [
      'backend {id}_st',
      'stick-table type ip size 100k expire 5m store http_req_rate(60s)',
      'frontend {id}',
      'bind {bind}',
      'http-request track-sc0 src table {id}_st',
      'default_backend {id}_app',
      'backend {id}_app',
      'http-request deny deny_status 429 if { src_http_req_rate({id}_st) gt 2 }',
      SERVER,
    ],
    steps: times(4),
  },
  {
    name: 'counters: a frontend has a table of its own, which a backend names',
    cfg: [
      'frontend {id}',
      'bind {bind}',
      'stick-table type ip size 100k expire 5m store http_req_cnt,gpc1',
      'http-request track-sc0 src',
      'http-request sc-inc-gpc1(0) if { path /x }',
      'default_backend {id}_app',
      'backend {id}_app',
      'stick-table type ip size 100k expire 5m store http_req_cnt',
      'http-request track-sc1 src',
      'http-request set-header X-Seen "%[src_http_req_cnt] %[src_http_req_cnt({id})] %[sc1_http_req_cnt] %[sc0_http_req_cnt({id}_app)] %[sc0_get_gpc1]"',
      SERVER,
    ],
    steps: [{}, { path: '/x' }, {}],
  },
  ...PUBLISHED_LIMITS,
]
