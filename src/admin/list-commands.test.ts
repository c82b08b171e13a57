// Commands for maps and lists, beside what HAProxy 2.6 answered to the same ones.

import { describe, expect, it } from 'vitest'

import { configOrThrow } from '../config/validate.ts'
import type { Outcome } from '../rules/lists/list-set.ts'
import { runCommands } from './commands.ts'
import type { Level } from './level.ts'
import { scripted } from './testing.ts'

const config = configOrThrow(
  {
    maps: {
      'a.map': { a: '1', b: 'two words' },
      'i.map': { '1': '11', '5:9': '3' },
      'ip.map': { '10.0.0.0/8': '1.1.1.1' },
    },
    lists: {
      'bad.lst': ['192.0.2.1', '10.0.0.0/8'],
      'x.lst': ['x', 'y'],
      'n.lst': ['1', '10:20'],
      'r.lst': ['^/a'],
      'b.lst': ['0a0b'],
    },
    frontends: [
      {
        name: 'www',
        defaultBackend: 'app',
        rules: [
          ['src', 'bad.lst', {}],
          ['path', 'x.lst', { ignoreCase: true }],
          ['path', 'x.lst', { match: 'beg' as const }],
          ['url_param(n)', 'n.lst', { match: 'int' as const }],
          ['path', 'r.lst', { match: 'reg' as const }],
          ['url_param(n)', 'b.lst', { match: 'bin' as const }],
          ['path', 'a.map', {}],
        ].map(([sample, lists, how]) => ({
          if: { sample: sample as string, lists: lists as string, ...(how as object) },
          do: { deny: { status: 403 } },
        })),
      },
    ],
    backends: [
      {
        name: 'app',
        rules: [
          'path,map(a.map)',
          'path,map_beg(a.map)',
          'url_param(n),map_int_int(i.map)',
          'src,map_ip_ip(ip.map)',
        ].map((sample) => ({ do: { setHeader: { name: 'x', value: `%[${sample}]` } } })),
        servers: [{ name: 's1', url: 'http://s1.example' }],
      },
    ],
  },
  'serve',
)

/** One conversation: commands change what later ones see. */
function converse(answers: Parameters<typeof scripted>[1] = {}) {
  const { operations, calls } = scripted(undefined, { config, ...answers })
  const say = async (line: string, level: Level = 'admin') =>
    (await runCommands(line, operations, { who: 'ann', level })).text.replaceAll(/^0x[0-9a-f]{8} /gm, '0x… ')
  return { say, calls }
}

describe('each answer is HAProxy’s', () => {
  it.each<[string, string]>([
    ['show map a.map', '0x… a 1\n0x… b two words\n'],
    ['show map #0', '0x… a 1\n0x… b two words\n'],
    ['show map a.map and more', '0x… a 1\n0x… b two words\n'],
    ['show acl bad.lst', '0x… 192.0.2.1\n0x… 10.0.0.0/8\n'],
    ['show map nofile', 'Unknown map identifier. Please use #<id> or <file>.\n'],
    ['show map #99', 'Unknown map identifier. Please use #<id> or <file>.\n'],
    ['show map #x', 'Unknown map identifier. Please use #<id> or <file>.\n'],
    ['show map bad.lst', 'Unknown map identifier. Please use #<id> or <file>.\n'],
    ['show acl nofile', 'Unknown ACL identifier. Please use #<id> or <file>.\n'],
    ['show acl i.map', 'Unknown ACL identifier. Please use #<id> or <file>.\n'],
    [
      'get map a.map a',
      'type=str, case=sensitive, found=yes, idx=tree, key="a", value=none\ntype=str, case=sensitive, found=yes, idx=tree, key="a", value="1", type="str"\ntype=beg, case=sensitive, found=yes, idx=tree, key="a", value="1", type="str"\n',
    ],
    ['get map i.map 7', 'type=int, case=sensitive, found=yes, idx=list, key="5:9", value="3", type="sint"\n'],
    ['get map i.map 3', 'type=int, case=sensitive, found=no\n'],
    [
      'get map ip.map 10.1.1.1',
      'type=ip, case=sensitive, found=yes, idx=tree, key="10.0.0.0/8", value="1.1.1.1", type="ipv4"\n',
    ],
    ['get acl bad.lst 10.1.2.3', 'type=ip, case=sensitive, match=yes, idx=tree, pattern="10.0.0.0/8"\n'],
    ['get acl bad.lst foo', 'type=ip, case=sensitive, match=no\n'],
    [
      'get acl x.lst X',
      'type=str, case=insensitive, match=yes, idx=list, pattern="x"\ntype=beg, case=sensitive, match=no\n',
    ],
    ['get acl n.lst 12', 'type=int, case=sensitive, match=yes, idx=list, pattern="10:20"\n'],
    ['get acl r.lst /a', 'type=reg, case=sensitive, match=yes, idx=list, pattern="^/a"\n'],
    ['get acl b.lst 0a0b', 'type=bin, case=sensitive, match=no\n'],
    ['get map a.map', 'Missing map identifier and/or key.\n'],
    ['get acl', 'Missing ACL identifier and/or key.\n'],
    ['add map nofile k v', 'Unknown map identifier. Please use #<id> or <file>.\n'],
    ['add map i.map x 1', "'x' is not a number.\n"],
    ['add map i.map 2 x', "unable to parse 'x'.\n"],
    ['add map ip.map 1.2.3.4 foo', "unable to parse 'foo'.\n"],
    ['add acl bad.lst foo', "'foo' is not a valid IPv4 or IPv6 address.\n"],
    ['add acl n.lst foo', "'foo' is not a number.\n"],
    ['add acl n.lst gt 7', "'gt' is not a number.\n"],
    ['add acl b.lst zz', "an hex digit is expected (found 'z').\n"],
    ['add acl x.lst', "'add acl' expects two parameters: ACL identifier and pattern.\n"],
    [
      'add acl a.map k',
      "This ACL is shared with a map containing samples. You must use the command 'add map' to add values.\n",
    ],
    ['set map a.map b', "'set map' expects three parameters: map identifier, key and value.\n"],
    ['set map a.map qq 1', 'entry not found.\n'],
    ['del map a.map zz', 'Key not found.\n'],
    ['del map a.map #0x1234', 'Key not found.\n'],
    ['del map a.map', 'This command expects two parameters: map identifier and key.\n'],
    ['clear map', 'Missing map identifier.\n'],
    ['clear acl', 'Missing ACL identifier.\n'],
    ['clear map nofile', 'Unknown map identifier. Please use #<id> or <file>.\n'],
  ])('%s', async (line, text) => {
    const { say, calls } = converse()
    expect(await say(line)).toBe(`${text}\n`)
    expect(calls.filter(([, change]) => (change as { does?: string }).does === 'clear')).toEqual([])
  })

  it('and after changes, too', async () => {
    const { say } = converse()
    for (const line of ['add map a.map c 3', 'add map a.map a 9', 'set map a.map b 2', 'add map a.map t\\ u v\\ w'])
      expect(await say(line)).toBe('\n')
    expect(await say('show map a.map')).toBe('0x… a 1\n0x… b 2\n0x… c 3\n0x… t u v w\n\n')
    expect(await say('del map a.map a; clear acl x.lst; add acl x.lst x\\;z; add acl r.lst ^/\\\\d+$')).toBe('\n\n\n\n')
    expect(await say('show map a.map')).toBe('0x… b 2\n0x… c 3\n0x… t u v w\n\n')
    expect(await say('show acl x.lst')).toBe('0x… x;z\n\n')
    expect(await say('show acl r.lst')).toBe('0x… ^/a\n0x… ^/\\d+$\n\n')
    expect(await say('clear map a.map')).toBe('\n')
    expect(await say('show map a.map')).toBe('\n')
  })
})

it('`show map` and `show acl` list what there is, and how much has changed since it was configured', async () => {
  const { say } = converse()
  await say('add map a.map c 3; del map a.map a')
  expect(await say('show map')).toBe(
    [
      '# id (file) description',
      "0 (a.map) pattern loaded from file 'a.map' used by map, 2 changed since, which a deploy or reload keeps. curr_ver=0 next_ver=0 entry_cnt=2",
      "1 (i.map) pattern loaded from file 'i.map' used by map. curr_ver=0 next_ver=0 entry_cnt=2",
      "2 (ip.map) pattern loaded from file 'ip.map' used by map. curr_ver=0 next_ver=0 entry_cnt=1",
      '\n',
    ].join('\n'),
  )
  expect((await say('show acl')).match(/^\d+ \(.*?\)/gm)).toEqual([
    '0 (a.map)',
    '3 (bad.lst)',
    '4 (x.lst)',
    '5 (n.lst)',
    '6 (r.lst)',
    '7 (b.lst)',
  ])
})

it('an entry is also called by the reference that `show` gives it', async () => {
  const { operations } = scripted(undefined, { config })
  const say = (line: string) => runCommands(line, operations, { who: 'ann', level: 'admin' }).then(({ text }) => text)
  const [, reference] = /^(0x[0-9a-f]+) b/m.exec(await say('show map a.map'))!
  expect(await say(`set map a.map #${reference} 3`)).toBe('\n')
  expect(await say('show map a.map')).toContain(`${reference} b 3\n`)
  expect(await say(`del map a.map #${reference}`)).toBe('\n')
  expect(await say('show map a.map')).not.toContain(' b ')
})

it.each([
  [
    'full',
    'set map a.map a 2',
    /^Too much differs from the configuration: at most 4000 entries, and 200000 characters\. /,
  ],
  ['unknown', 'add acl x.lst z', /^The Monitor does not know x\.lst: it runs another version of this deployment/],
])('a Monitor that answers %s is put into words', async (outcome, line, text) => {
  const { say } = converse({ outcome: outcome as Outcome })
  expect(await say(line)).toMatch(text)
})

it('payloads are refused, and say so', async () => {
  const { say, calls } = converse()
  expect(await say('add map a.map <<')).toContain('a payload is not read here')
  expect(calls).toEqual([])
})

/** What `show map` says of a list's versions. */
const VERSIONS = /curr_ver=\d+ next_ver=\d+ entry_cnt=\d+/

it('a version is prepared aside, and takes the place of what is there all at once', async () => {
  const { say, calls } = converse()
  const versions = async () => VERSIONS.exec(await say('show map'))![0]
  expect(await versions()).toBe('curr_ver=0 next_ver=0 entry_cnt=2')
  expect(await say('prepare map a.map')).toBe('New version created: 1\n\n')
  for (const entry of ['c 3', 'a 9', 'a 10']) expect(await say(`add map @1 a.map ${entry}`)).toBe('\n')
  expect(await versions()).toBe('curr_ver=0 next_ver=1 entry_cnt=4')
  expect(await say('show map a.map')).toBe('0x… a 1\n0x… b two words\n\n')
  expect(await say('show map @0 a.map')).toBe('0x… a 1\n0x… b two words\n\n')
  expect(await say('show map @1 a.map')).toBe('0x… c 3\n0x… a 9\n\n')
  expect(await say('get map a.map c')).toContain('found=no')
  expect(await say('commit map @1 a.map')).toBe('\n')
  expect(await versions()).toBe('curr_ver=1 next_ver=1 entry_cnt=2')
  expect(await say('show map a.map')).toBe('0x… c 3\n0x… a 9\n\n')
  expect(await say('show map @0 a.map')).toBe('\n')
  expect(calls.at(-1)).toEqual(['arrangeList', 'a.map', { does: 'commit', version: 1 }, 'ann'])
})

it('a version that was prepared before the committed one can be committed no more', async () => {
  const { say } = converse()
  await say('prepare acl x.lst')
  expect(await say('prepare acl x.lst')).toBe('New version created: 2\n\n')
  await say('add acl @1 x.lst one')
  await say('add acl @2 x.lst two')
  await say('commit acl @2 x.lst')
  expect(await say('show acl x.lst')).toBe('0x… two\n\n')
  expect(await say('commit acl @1 x.lst')).toBe('Version number out of range.\n\n')
  expect(await say('add acl @1 x.lst late')).toBe('\n')
  expect(await say('show acl @1 x.lst')).toBe('\n')
  expect(await say('add acl @2 x.lst now')).toBe('\n')
  expect(await say('show acl x.lst')).toBe('0x… two\n0x… now\n\n')
})

it('an empty version empties the list, and a version may be cleared', async () => {
  const { say } = converse()
  await say('prepare map a.map')
  await say('add map @1 a.map k v')
  expect(await say('clear map @1 a.map')).toBe('\n')
  expect(await say('show map @1 a.map')).toBe('\n')
  expect(await say('show map a.map')).not.toBe('\n')
  expect(await say('commit map @1 a.map')).toBe('\n')
  expect(await say('show map a.map')).toBe('\n')
})

it.each([
  ['prepare map', 'Unknown map identifier. Please use #<id> or <file>.'],
  ['prepare acl nope', 'Unknown ACL identifier. Please use #<id> or <file>.'],
  ['add map @7 a.map k v', "Version number in the future, please use 'prepare map' before."],
  ['add acl @7 x.lst k', "Version number in the future, please use 'prepare acl' before."],
  ['add map @1 nope k v', 'Unknown map identifier. Please use #<id> or <file>.'],
  ['add map @1 i.map x 1', "'x' is not a number."],
  ['clear map @7 a.map', ''],
  ['clear map @1', 'Missing map identifier.'],
  ['clear map @1 nope', 'Unknown map identifier. Please use #<id> or <file>.'],
  ['commit map', 'Missing version number.'],
  ['commit map a.map', 'Missing version number.'],
  ['commit map 1 a.map', 'Missing version number.'],
  ['commit map @1', 'Missing map identifier.'],
  ['commit map @1 nope', 'Unknown map identifier. Please use #<id> or <file>.'],
  ['commit map @0 a.map', 'Version number out of range.'],
  ['commit acl @1 x.lst', 'Version number out of range.'],
  ['commit map @x a.map', 'Version number out of range.'],
  ['show map @7 a.map', ''],
  ['set map @1 a.map a 2', 'Unknown map identifier. Please use #<id> or <file>.'],
])('%s: HAProxy’s answer', async (line, answer) => {
  const { say } = converse()
  expect(await say(line)).toBe(answer === '' ? '\n' : `${answer}\n\n`)
})

it.each([
  'add map a.map k v',
  'set map a.map a 2',
  'del map a.map a',
  'clear map a.map',
  'add acl x.lst z',
  'clear acl x.lst',
])('%s needs an admin, whatever HAProxy allows', async (line) => {
  const { say, calls } = converse()
  expect(await say(line, 'operator')).toBe('Permission denied\n\n')
  expect(calls).toEqual([])
})

it('without maps and lists there are no such commands', async () => {
  const { operations } = scripted(undefined, { commands: {} })
  const say = (line: string) => runCommands(line, operations, { who: 'ann', level: 'admin' }).then(({ text }) => text)
  for (const line of ['show map', 'add map a b c', 'help']) expect(await say(line)).not.toContain('add map <map>')
  expect(await say('show map')).toContain("Unknown command: 'show map'")
})
