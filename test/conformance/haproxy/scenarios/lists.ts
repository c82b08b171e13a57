// Maps and lists that rules change while requests come.

import type { Scenario, Step } from '../scenario.ts'

const lists = (
  name: string,
  files: Readonly<Record<string, string>>,
  cfg: readonly string[],
  paths: readonly (string | Step)[],
): Scenario => ({
  name: `lists: ${name}`,
  files,
  cfg: [...cfg, 'server a {a}'],
  steps: paths.map((path) => (typeof path === 'string' ? { path } : path)),
})

/** What ways of looking one value up find, between bars. */
const shown = (...converters: string[]) =>
  `http-request return status 200 content-type text/plain lf-string "${converters.map((converter) => `%[url_param(k),${converter}]|`).join('')}"`

const KEY = '%[url_param(k)]'
const changes = (file: string) => [
  `http-request set-map({dir}/${file}) ${KEY} %[url_param(v)] if { path /set }`,
  `http-request del-map({dir}/${file}) ${KEY} if { path /del }`,
]

export const LISTS: readonly Scenario[] = [
  lists(
    'set-map sets and adds, del-map deletes, and each way of looking up sees it in the same request',
    { 'l1.map': 'abc 1\nb two words\nabc again\nab 2\n' },
    [
      ...changes('l1.map'),
      shown(...['str', 'beg', 'end', 'sub', 'dom'].map((match) => `map_${match}({dir}/l1.map,none)`)),
    ],
    [
      '/?k=abc',
      '/set?k=abc&v=3',
      '/?k=abcd',
      '/set?k=bc&v=4',
      '/?k=xbc',
      '/del?k=abc',
      '/?k=abc',
      '/set?k=abc&v=5',
      '/?k=abc',
      '/del?k=none',
      '/set?k=x.y',
      '/?k=a.x.y.b',
      '/set?v=nothing',
      '/?k=',
      '/set?k=a%20b&v=c%20d',
      '/?k=a%20b',
    ],
  ),
  lists(
    'numbers, networks and expressions are changed, and what is none changes nothing',
    { 'l2i.map': '1:3 10\n', 'l2n.map': '10.0.0.0/8 wide\n', 'l2r.map': '^a first\n' },
    [
      'http-request set-map({dir}/l2i.map) %[url_param(k)] %[url_param(v)] if { path /i }',
      'http-request set-map({dir}/l2n.map) %[url_param(k)] %[url_param(v)] if { path /n }',
      'http-request set-map({dir}/l2r.map) %[url_param(k)] %[url_param(v)] if { path /r }',
      'http-request del-map({dir}/l2r.map) %[url_param(k)] if { path /dr }',
      shown('map_int_int({dir}/l2i.map,-1)', 'map_ip({dir}/l2n.map,none)', 'map_reg({dir}/l2r.map,none)'),
    ],
    [
      '/?k=2',
      '/i?k=2&v=7',
      '/i?k=9&v=8',
      '/?k=9',
      '/i?k=x&v=8',
      '/i?k=5&v=x',
      '/?k=5',
      '/n?k=10.1.0.0/16&v=narrow',
      '/?k=10.1.2.3',
      '/?k=10.2.2.3',
      '/n?k=nowhere&v=x',
      '/?k=nowhere',
      '/r?k=b$&v=second',
      '/?k=xb',
      '/?k=ab',
      '/dr?k=^a',
      '/?k=ab',
    ],
  ),
  lists(
    'add-acl and del-acl change who is refused, and a pattern that is none changes nothing',
    { 'l3.lst': '192.0.2.0/24\n', 'l3i.lst': 'One\n' },
    [
      `http-request add-acl({dir}/l3.lst) ${KEY} if { path /ban }`,
      `http-request del-acl({dir}/l3.lst) ${KEY} if { path /allow }`,
      `http-request add-acl({dir}/l3i.lst) ${KEY} if { path /word }`,
      'acl banned url_param(who),ipmask(32) -f {dir}/l3.lst',
      'acl banned url_param(who) -i -m str -f {dir}/l3i.lst other',
      'http-request deny deny_status 429 if banned',
    ],
    [
      '/?who=192.0.2.9',
      '/?who=203.0.113.1',
      '/ban?k=203.0.113.1',
      '/ban?k=203.0.113.1',
      '/?who=203.0.113.1',
      '/allow?k=203.0.113.1',
      '/?who=203.0.113.1',
      '/ban?k=nobody',
      '/?who=nobody',
      '/allow?k=192.0.2.0/24',
      '/?who=192.0.2.9',
      '/?who=ONE',
      '/?who=Other',
      '/word?k=TWO',
      '/?who=two',
    ],
  ),
  lists(
    'an empty list holds once it is filled, and an ACL with -M asks the keys of a map',
    { 'l4.lst': '', 'l4.map': 'a 1\n' },
    [
      `http-request add-acl({dir}/l4.lst) ${KEY} if { path /add }`,
      ...changes('l4.map'),
      'acl listed url_param(k) -m str -f {dir}/l4.lst',
      'acl keyed url_param(k) -m str -M -f {dir}/l4.map',
      'http-request return status 200 content-type text/plain string listed if listed',
      'http-request return status 200 content-type text/plain lf-string "keyed %[url_param(k),map({dir}/l4.map)]" if keyed',
    ],
    ['/?k=x', '/add?k=x', '/?k=x', '/?k=a', '/?k=b', '/set?k=b&v=2', '/?k=b', '/del?k=a', '/?k=a'],
  ),
  lists(
    'rules for responses change maps by what a response says',
    { 'l5.map': '' },
    [
      'http-request set-var(txn.k) url_param(k)',
      'http-response set-map({dir}/l5.map) %[var(txn.k)] %[res.hdr(x-say)] if { res.hdr(x-say) -m found }',
      'http-response del-map({dir}/l5.map) %[var(txn.k)] if { status 404 }',
      'http-response set-header x-known %[var(txn.k),map({dir}/l5.map,none)]',
    ],
    [
      '/?k=a',
      { path: '/?k=a', answer: { headers: [['X-Say', 'yes']] } },
      '/?k=a',
      '/?k=b',
      { path: '/?k=a', answer: { status: 404 } },
      '/?k=a',
    ],
  ),
  {
    name: 'lists: blue and green by set-map',
    files: { 'l6.map': 'shop blue\n' },
    cfg: [
      'frontend {id}front',
      '  bind {bind}',
      '  http-request set-map({dir}/l6.map) shop %[url_param(to)] if { path /switch }',
      '  use_backend {id}%[str(shop),map({dir}/l6.map)]',
      '  default_backend {id}blue',
      'backend {id}blue',
      '  server a {a}',
      'backend {id}green',
      '  server b {b}',
    ],
    steps: ['/', '/switch?to=green', '/', '/', '/switch?to=none', '/'].map((path) => ({ path })),
  },
]
