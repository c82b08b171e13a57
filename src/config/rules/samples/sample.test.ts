import { describe, expect, it } from 'vitest'

import { parseSample, readSample } from './sample.ts'
import { parseTemplate } from './template.ts'

describe('samples', () => {
  it.each([
    ['src', 'src', [], []],
    ['hdr(X-User)', 'req.hdr', ['X-User'], []],
    ['req.hdr(x,-1),lower', 'req.hdr', ['x', '-1'], [['lower']]],
    ['path,map(a/b.map,dflt),upper', 'path', [], [['map_str', 'a/b.map', 'dflt'], ['upper']]],
    ["path,field(2,',')", 'path', [], [['field', '2', ',']]],
    ['req.cook(id),word(-1,".|")', 'req.cook', ['id'], [['word', '-1', '.|']]],
    ["path,field(1,')')", 'path', [], [['field', '1', ')']]],
    ['src,ipmask(24,64)', 'src', [], [['ipmask', '24', '64']]],
    ['url_param(jsessionid,;)', 'url_param', ['jsessionid', ';'], []],
    ['req.hdr', 'req.hdr', [], []],
    ['req.hdr()', 'req.hdr', [], []],
    ['req.hdr(,1)', 'req.hdr', ['', '1'], []],
    ['path,,lower', 'path', [], [['lower']]],
    ['path(),lower()', 'path', [], [['lower']]],
    ['str(a(b)', 'str', ['a(b'], []],
    ['str( a ]b )', 'str', [' a ]b '], []],
    [`str(a'b,c'd"e)"f)`, 'str', ['ab,cde)f'], []],
    [String.raw`str(a\\\"\'\ \n\r\t\a\x41\$)`, 'str', [String.raw`a\"' ` + '\n\r\t' + String.raw`\a\x41\$`], []],
    [String.raw`str("a\"b\,")`, 'str', [String.raw`a"b\,`], []],
    [String.raw`str('a\nb')`, 'str', [String.raw`a\nb`], []],
    ['var(txn.user,)', 'var', ['txn.user', ''], []],
  ])('%s', (text, fetch, given, converters) => {
    expect(parseSample(text)).toEqual({
      fetch,
      arguments: given,
      converters: converters.map(([name, ...rest]) => ({ name, arguments: rest })),
    })
  })

  it.each([
    '',
    'constructor',
    'src(x)',
    'req.hdr(x-user,-11)',
    'req.hdr(x-user,n)',
    'url_param(a,::)',
    'int',
    'int(0x10)',
    'bool(yes)',
    'ipv4(::1)',
    'ipv6(1.2.3.4)',
    'bin(61626)',
    'date(0,h)',
    'uuid(1)',
    'var(x)',
    'var(txn.a-b)',
    ',path',
    ' path',
    'path ,lower',
    'str(a)b)',
    'str((a))',
    'str(a"b)',
    "str('a\\'b')",
    'path,',
    'path,nope',
    'path,lower(x)',
    'path,field(0,-)',
    'path,field(1)',
    'path,field(x,-)',
    'path,ipmask(33)',
    'path,ipmask(24,129)',
    'path,map()x',
    "path,field(1,')",
    'path lower',
  ])('not %s', (text) => {
    expect(parseSample(text)).toBeUndefined()
  })

  it('stand in text', () => {
    expect(parseTemplate("a %[path,field(1,']')] b%%")).toEqual([
      'a ',
      { fetch: 'path', arguments: [], converters: [{ name: 'field', arguments: ['1', ']'] }] },
      ' b',
      '%',
    ])
    expect(parseTemplate('%[nope]')).toBeUndefined()
    expect(parseTemplate('100%')).toBeUndefined()
  })

  it.each<[string, string, typeof parseSample | typeof parseTemplate]>([
    ['parentheses', '('.repeat(200_000), parseSample],
    ['converters', `path${',lower'.repeat(100_000)}x(`, parseSample],
    ['quotes', `path,map(${"'".repeat(200_001)}`, parseSample],
    ['quoted commas', `path,map(${"',',".repeat(100_000)}`, parseSample],
    ['words', 'a'.repeat(200_000) + '(', parseSample],
    ['samples that are never closed', '%['.repeat(200_000), parseTemplate],
    ['samples', `${'%[src] '.repeat(20_000)}%`, parseTemplate],
    ['percent signs', `${'%%'.repeat(100_000)}%`, parseTemplate],
  ])('are read in milliseconds, of whatever the text is made: %s', (_, text, parse) => {
    const startedMs = performance.now()
    expect(parse(text)).toBeUndefined()
    expect(performance.now() - startedMs).toBeLessThan(5000)
  })
})

// HAProxy 2.6 was asked with none to six arguments of each: "missing arguments (got 1/2), type 'table' expected".
describe('of an array in a table', () => {
  it.each([
    ...['table_gpc', 'table_gpt', 'table_gpc_rate'].map((name) => `path,${name}`),
    'src_get_gpc',
    'src_inc_gpc',
    'src_clr_gpc',
    'src_get_gpt',
    'src_gpc_rate',
  ])('%s needs the name of the table', (text) => {
    expect(parseSample(`${text}(0)`)).toBeUndefined()
    expect(parseSample(`${text}(0,)`)).toBeUndefined()
    expect(parseSample(`${text}(0,st)`)).toBeDefined()
  })

  it.each(['sc_get_gpc', 'sc_get_gpt', 'sc_gpc_rate'])('%s needs none', (name) => {
    expect(parseSample(`${name}(0,1)`)).toBeDefined()
  })
})

it.each(['bin', 'bin()'])('%s has no bytes, and is none', (text) => {
  expect(parseSample(text)).toBeUndefined()
})

// HAProxy 2.6 was asked: "missing arguments (got 1/2)", "one of the optional arguments has to be nonempty", "chunk_size needs to be
// positive", "Unsupported truncate value", "No such sink", "unknown condition", "expects 's', 'ms' or 'us'", "expects valid method".
describe('arguments that HAProxy checks together, or by their form', () => {
  const refused: readonly [text: string, words: string][] = [
    ['path,add_item(x)', 'takes 2 to 3 arguments'],
    ['path,add_item(x,)', 'needs a variable, or a text as third argument'],
    ['path,add_item(x,,)', 'needs a variable, or a text as third argument'],
    ['path,be2hex(:)', 'needs a number of bytes from 1 on'],
    ['path,be2hex(:,)', 'needs a number of bytes from 1 on'],
    ['path,be2hex(:,0)', 'needs a number of bytes from 1 on'],
    ['path,be2hex(,0,1)', 'needs a number of bytes from 1 on'],
    ['path,be2hex(,,)', 'needs a number of bytes from 1 on'],
    ['path,be2hex(,,1)', 'needs a number of bytes from 1 on'],
    ['path,be2hex(,1,2)', "'2' in be2hex(…) must be 0 or 1"],
    ['path,be2dec(:,2,2)', "'2' in be2dec(…) must be 0 or 1"],
    ['path,debug(x,buf1)', 'must be buf0, stdout or stderr'],
    ['path,debug(x,)', 'must be buf0, stdout or stderr'],
    ['path,set-var(txn.x,)', 'must be one of ifexists'],
    ['path,set-var(txn.x,ifset,)', 'must be one of ifexists'],
    ['date(0,)', 'must be s, ms or us'],
    ['date(,s)', 'must be a number'],
    ['date(,)', 'must be a number'],
    ['int(1),http_date(1,)', 'must be s, ms or us'],
    ['int(1),http_date(,ms)', 'must be a number'],
    ['meth(a/b)', 'must be a method'],
  ]
  it.each(refused)('%s', (text, words) => {
    expect(readSample(text)).toEqual({ problem: expect.stringContaining(words), isArgument: true })
  })

  it.each([
    'path,add_item(x,txn.x)',
    'path,add_item(x,txn.x,)',
    'path,add_item(x,,y)',
    'path,add_item(,txn.x,y)',
    'path,be2hex',
    'path,be2hex()',
    'path,be2hex(,)',
    'path,be2hex(,0)',
    'path,be2hex(,2)',
    'path,be2hex(,2,1)',
    'path,be2hex(:,2,)',
    'path,be2dec(,2,01)',
    'path,debug',
    'path,debug(x)',
    'path,debug(,buf0)',
    'path,debug(x,stderr)',
    'path,set-var(txn.x,ifset,ifgt)',
    'date',
    'date(0,us)',
    'int(1),http_date(0)',
    'meth(GET)',
    'meth(M-SEARCH)',
  ])('%s is read', (text) => {
    expect(readSample(text)).toHaveProperty('sample')
  })
})
