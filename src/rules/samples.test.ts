// What samples fetch, and what converters make of it.

import { expect, it } from 'vitest'

import { parseSample } from '../config/rules/samples/sample.ts'
import { parseTemplate } from '../config/rules/samples/template.ts'
import { fieldsOf } from '../http/fields.ts'
import { createMaps } from './maps.ts'
import { compileTemplate, compileText, compileTexts } from './samples.ts'
import { BARE_VIEW, TOOLS, transactionOf } from './testing.ts'
import type { AskedFor } from './testing.ts'
import type { View } from './view.ts'
import { patternOf } from '../pattern/compile.ts'

const ASKED: AskedFor = {
  url: 'https://www.example.com/a/b;jsessionid=Z1?x=1&y=a+b%21;z=2',
  method: 'PUT',
  port: 8443,
  headers: {
    'x-list': 'one, two,three',
    'x-empty': '',
    'user-agent': 'A (B, C)',
    cookie: 'a=1; id=ann; a=2',
    'x-path': '/x?q=a+b',
    'x-bytes': '%E2%82%AC%ff%C0%80',
    'x-broken': 'a%zzb',
    'x-words': '/one//two/',
    'x-ip6': '2001:db8:1:2:3::4',
  },
}

const RESPONSE = new Headers([
  ['x-up', 'a, b'],
  ['date', 'Mon, 1 Jan'],
  ['set-cookie', 'SID=abc ; path=/'],
  ['set-cookie', 'Q="a,b;c"; secure'],
  ['set-cookie', ' T = x,y'],
])

const VIEW: View = {
  ...BARE_VIEW,
  lookUp: createMaps(
    {
      hosts: { 'www.example.com': 'site', b: 'letter' },
      begins: { '/a': 'short', '/a/b': 'long' },
      nets: { '192.0.0.0/8': 'wide', '192.0.2.0/24': 'narrow', '192.0.2.1': 'one', '::/0': 'six' },
      subs: { exam: 'first', example: 'second' },
    },
    patternOf,
  ),
  groupsOf: (list) => (list === 'staff' ? ['admins', 'users'] : undefined),
  response: { status: 404, headers: fieldsOf(RESPONSE) },
}

const values = (sample: string, view: View = VIEW, asked: AskedFor = ASKED) =>
  compileTexts(parseSample(sample)!, TOOLS)(transactionOf(asked), view)

it.each([
  ['src', ['192.0.2.1']],
  ['dst_port', ['8443']],
  ['ssl_fc', ['1']],
  ['method', ['PUT']],
  ['path', ['/a/b;jsessionid=Z1']],
  ['pathq', ['/a/b;jsessionid=Z1?x=1&y=a+b%21;z=2']],
  ['query', ['x=1&y=a+b%21;z=2']],
  ['always_true', ['1']],
  ['always_false', ['0']],
  ['str(hi)', ['hi']],
  ['nbsrv(app)', ['2']],
  ['http_auth(staff)', ['1']],
  ['http_auth(other)', ['0']],
  ['http_auth_group(staff)', ['admins', 'users']],
  ['http_auth_group(other)', []],
  ['unique-id', []],
  ['url_param(x)', ['1']],
  ['url_param(y)', ['a+b%21']],
  ['url_param(z)', ['2']],
  ['url_param(w)', []],
  ['url_param(jsessionid,;)', ['Z1?x=1']],
  ['url_param(x,#)', []],
  ['req.cook(a)', ['1', '2']],
  ['req.cook(b)', []],
  ['req.hdr(x-list)', ['one', 'two', 'three']],
  ['req.hdr(x-list,1)', ['one']],
  ['req.hdr(x-list,2)', ['two']],
  ['req.hdr(x-list,-1)', ['three']],
  ['req.hdr(x-list,-3)', ['one']],
  ['req.hdr(x-list,4)', []],
  ['req.hdr(x-none)', []],
  ['req.fhdr(user-agent)', ['A (B, C)']],
  ['req.fhdr(user-agent,1)', ['A (B, C)']],
  ['req.fhdr(user-agent,2)', []],
  ['status', ['404']],
  ['res.hdr(x-up)', ['a', 'b']],
  ['res.hdr(x-up,-1)', ['b']],
  ['res.fhdr(date)', ['Mon, 1 Jan']],
  ['res.fhdr(date,2)', []],
  ['res.cook(SID)', ['abc']],
  ['res.cook(Q)', ['"a,b;c"']],
  ['res.cook(T)', ['x']],
  ['res.cook(U)', []],
] as const)('%s is %j', (sample, found) => {
  expect(values(sample)).toEqual(found)
})

it.each(['status', 'res.hdr(x-up)', 'res.fhdr(date)', 'res.cook(SID)'])(
  '%s is nothing before there is a response',
  (sample) => {
    expect(values(sample, BARE_VIEW)).toEqual([])
  },
)

it('is another uuid each time, and the unique id of the request', () => {
  const [a] = values('uuid')
  expect(a).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  expect(values('uuid')).not.toEqual([a])
  const transaction = transactionOf()
  transaction.uniqueId = () => 'u1'
  expect(compileText(parseSample('unique-id')!, TOOLS)(transaction, BARE_VIEW)).toBe('u1')
})

it('is no address where none is known, and 0 on http', () => {
  expect(values('src', VIEW, { clientAddress: '' })).toEqual([])
  expect(values('ssl_fc', VIEW, {})).toEqual(['0'])
  expect(values('url_param(x)', VIEW, { url: 'http://www.example.com/?xx=1&x&x=3' })).toEqual(['3'])
})

it.each([
  ['str(Ab),lower', ['ab']],
  ['str(Ab),upper', ['AB']],
  ['str(four),length', ['4']],
  ['req.hdr(x-path),url_dec', ['/x?q=a b']],
  ['str(a+b),url_dec', ['a+b']],
  ['str(a+b),url_dec(1)', ['a b']],
  ['str(a+b),url_dec(0)', ['a+b']],
  ['str(%41%2d%2D),url_dec', ['A--']],
  ['req.hdr(x-bytes),url_dec', ['€%ff%C0%80']],
  ['req.hdr(x-broken),url_dec', []],
  ['req.hdr(x-words),field(1,/)', ['']],
  ['req.hdr(x-words),field(2,/)', ['one']],
  ['req.hdr(x-words),field(3,/)', ['']],
  ['req.hdr(x-words),field(-2,/)', ['two']],
  ['req.hdr(x-words),field(9,/)', []],
  ['req.hdr(x-words),word(1,/)', ['one']],
  ['req.hdr(x-words),word(2,/)', ['two']],
  ['req.hdr(x-words),word(-1,/)', ['two']],
  ['req.hdr(x-words),word(9,/)', ['']],
  ['str(a.b-c),field(3,.-)', ['c']],
  ['src,ipmask(24)', ['192.0.2.0']],
  ['src,ipmask(24,64)', ['192.0.2.0']],
  ['req.hdr(x-ip6),ipmask(24,64)', ['2001:db8:1:2::']],
  ['req.hdr(x-ip6),ipmask(24)', []],
  ['str(www.example.com),map(hosts)', ['site']],
  ['str(www.example),map(hosts)', []],
  ['str(www.example),map(hosts,none)', ['none']],
  ['str(b),map(missing,none)', ['none']],
  ['path,map_beg(begins)', ['long']],
  ['str(/ab),map_beg(begins)', ['short']],
  ['src,map_ip(nets)', ['one']],
  ['str(192.0.2.9),map_ip(nets)', ['narrow']],
  ['str(192.9.2.9),map_ip(nets)', ['wide']],
  ['req.hdr(x-ip6),map_ip(nets)', ['six']],
  ['str(my.example),map_sub(subs)', ['first']],
  ['str(B),map_str(hosts)', []],
  ['req.hdr(x-list),upper', ['ONE', 'TWO', 'THREE']],
] as const)('%s is %j', (sample, found) => {
  expect(values(sample)).toEqual(found)
})

it.each([
  ['plain', 'plain'],
  ['<%[req.hdr(x-list)]>', '<three>'],
  ['<%[req.hdr(x-none)]>', '<>'],
  ['%[method] %[str(x),upper]', 'PUT X'],
  ['%[str(a%0D%0Ab%09c%7F%00),url_dec]', 'a%0D%0Ab\tc%7F%00'],
])('the text %s is %j', (template, text) => {
  expect(compileTemplate(parseTemplate(template)!, TOOLS)(transactionOf(ASKED), VIEW)).toBe(text)
})
