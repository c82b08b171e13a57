// What samples fetch, and what converters make of it.

import type { Config } from '../config/config.ts'
import { expect, it } from 'vitest'

import { parseSample } from '../config/rules/samples/sample.ts'
import { parseTemplate } from '../config/rules/samples/template.ts'
import { fieldsOf } from '../http/fields.ts'
import { createLists } from './lists/lists.ts'
import { compileBytes, compileTemplate, compileText, compileTexts } from './samples.ts'
import { BARE_VIEW, TOOLS, transactionOf } from './testing.ts'
import type { AskedFor } from './testing.ts'
import type { View } from './view.ts'
import { patternOf } from '../pattern/compile.ts'

const ASKED: AskedFor = {
  url: 'https://www.example.com/a/b;jsessionid=Z1?x=1&y=a+b%21;z=2',
  method: 'PUT',
  port: () => 8443,
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
  lists: createLists(
    {
      frontends: [],
      backends: [],
      processVariables: [],
      lists: {},
      maps: {
        hosts: { 'www.example.com': 'site', b: 'letter' },
        begins: { '/a': 'short', '/a/b': 'long' },
        nets: { '192.0.0.0/8': 'wide', '192.0.2.0/24': 'narrow', '192.0.2.1': 'one', '::/0': 'six' },
        subs: { exam: 'first', example: 'second' },
      },
    } as unknown as Config,
    patternOf,
    () => undefined,
  ),
  groupsOf: (list) => (list === 'staff' ? ['admins', 'users'] : undefined),
  now: () => 1_700_000_000_123,
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
  ['url_param', ['2', 'a+b%21', '1']],
  ['url_param(jsessionid,;)', ['Z1?x=1']],
  ['urlp_val(x)', ['1']],
  ['url', ['/a/b;jsessionid=Z1?x=1&y=a+b%21;z=2']],
  ['req.hdr_names', ['cookie,user-agent,x-broken,x-bytes,x-empty,x-ip6,x-list,x-path,x-words']],
  ['req.hdr_names(; ),length', ['78']],
  ['req.hdr_cnt(x-list)', ['3']],
  ['req.fhdr_cnt(x-list)', ['1']],
  ['req.fhdr_cnt', ['9']],
  ['req.cook', ['2', 'ann', '1']],
  ['req.cook_cnt', ['3']],
  ['req.hdr_ip(x-ip6)', ['2001:db8:1:2:3::4']],
  ['req.hdr_ip(x-list)', []],
  ['src_port', ['40000']],
  ['fc_http_major', ['1']],
  ['fe_name', ['www']],
  ['be_name', []],
  ['srv_name', []],
  ['ssl_fc_sni', ['www.example.com']],
  ['date', ['1700000000']],
  ['date(-60)', ['1699999940']],
  ['date(5,ms)', ['1700000000128']],
  ['date(0,us)', ['1700000000123000']],
  ['date_us', ['123000']],
  ['rand', ['2147483648']],
  ['rand(100)', ['50']],
  ['rand(-1)', ['4294967295']],
  ['capture.req.method', ['PUT']],
  ['var(txn.none,x)', ['x']],
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

// HAProxy 2.6 gives these.
it.each([
  ['base32', '1817277769'],
  ['url32', '3850103739'],
  ['base32+src', '6C5175497F000001'],
  ['url32+src', 'E57BEBBB7F000001'],
])('%s of www.Example.com:8080', (sample, hash) => {
  const transaction = transactionOf({ url: 'http://h/a/b;p=1?x=1&y=two&x=3&e=', clientAddress: '127.0.0.1' })
  transaction.forOrigin.headers.set('host', 'www.Example.com:8080')
  const found = compileBytes(parseSample(sample)!, TOOLS)(transaction, BARE_VIEW)!
  const shown = sample.endsWith('+src')
    ? [...found].map((byte) => byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')).join('')
    : compileText(parseSample(sample)!, TOOLS)(transaction, BARE_VIEW)
  expect(shown).toBe(hash)
})

it('of several values a text takes the last, and nothing if that is none', () => {
  const asked = { headers: { 'x-forwarded-for': '192.0.2.7, unknown' } }
  const textOf = (sample: string) => compileText(parseSample(sample)!, TOOLS)(transactionOf(asked), BARE_VIEW)
  expect(textOf('req.hdr_ip(x-forwarded-for,1)')).toBe('192.0.2.7')
  expect(textOf('req.hdr_ip(x-forwarded-for)')).toBeUndefined()
  expect(textOf('req.hdr(x-forwarded-for),ipmask(24)')).toBeUndefined()
})

it('a name that no TLS handshake has is none', () => {
  const sniOf = (url: string) => compileText(parseSample('ssl_fc_sni')!, TOOLS)(transactionOf({ url }), BARE_VIEW)
  expect(['http://a.example/', 'https://192.0.2.1/', 'https://[::1]:8443/'].map(sniOf)).toEqual([
    undefined,
    undefined,
    undefined,
  ])
})

it.each([
  ['HTTP/1.0', ['1.0', 'HTTP/1.0', '1']],
  ['HTTP/2', ['2.0', 'HTTP/1.1', '2']],
  ['HTTP/3', ['3.0', 'HTTP/1.1', '3']],
])('of a client that speaks %s the version is %j', (httpProtocol, expected) => {
  const transaction = transactionOf(ASKED)
  const asked = { ...transaction, request: Object.assign(transaction.request, { cf: { httpProtocol } }) }
  const found = ['req.ver', 'capture.req.ver', 'fc_http_major'].map((text) =>
    compileText(parseSample(text)!, TOOLS)(asked, VIEW),
  )
  expect(found).toEqual(expected)
})
