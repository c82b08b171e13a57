// Commands for tables of all types beside what HAProxy 2.6 printed for the same commands, without pointers and times.

import { describe, expect, it } from 'vitest'

import type { StickTableConfig } from '../config/options/stick.ts'
import { resolveStickTable } from '../config/options/stick.ts'
import { typedKey } from '../persistence/table-key.ts'
import { runCommands } from './commands.ts'
import type { TableRow, TableView } from './operations.ts'
import { NOW_MS, scripted } from './testing.ts'

type Counts = Readonly<Record<string, number>>

/** A table that keeps what is written to it. */
function tableOf(
  type: StickTableConfig['type'],
  data: readonly string[],
  written: Readonly<Record<string, Counts>> = {},
) {
  const config = {
    ...resolveStickTable({ type, size: '1k', expire: '10m', data: [...data] }, [], 'haproxy')!,
    hashKeys: false,
  }
  const rows = new Map<string, Counts>(Object.entries(written))
  const view = (): TableView => ({
    name: 't',
    config,
    count: rows.size,
    servers: {},
    entries: [...rows].map(([key, counts]): TableRow => ({
      key,
      untilMs: NOW_MS + 600_000,
      data: config.data.map(({ type: each }) => [each, each, counts[each] ?? 0]),
    })),
  })
  const { operations } = scripted(undefined, {
    tables: async () => [view()],
    tableKey: async (_, key) => typedKey(type, config.lengthBytes, key),
    setCounts: async (_, key, values) => {
      rows.set(key, { ...rows.get(key), ...Object.fromEntries(values) })
      return true
    },
    removeEntry: async (_, key) => rows.delete(key),
  })
  return async (line: string) => {
    const { text } = await runCommands(line, operations, { who: 'ann', level: 'admin' })
    return text.replaceAll(/^0x[0-9a-f]+: /gm, '').replaceAll(/exp=\d+ /g, '')
  }
}

describe('a table of integers', () => {
  const integers = () => tableOf('integer', ['gpc0', 'gpt0'], { 5: { gpc0: 5 } })

  it.each([
    ['7', '7'],
    ['7x', '7'],
    ['010', '10'],
    ['0x10', '0'],
    ['4294967295', '4294967295'],
  ])('has %s as %s', async (word, key) => {
    const give = integers()
    expect(await give(`set table t key ${word} data.gpc0 1 data.gpt0 9`)).toBe('\n')
    expect(await give(`show table t key ${word}`)).toBe(
      `# table: t, type: integer, size:1024, used:2\nkey=${key} use=0 gpt0=9 gpc0=1\n\n`,
    )
  })

  it.each(['x', '-1', '4294967296', '99999999999999999999'])('has no key %s', async (word) => {
    const give = integers()
    for (const line of [
      `set table t key ${word} data.gpc0 1`,
      `show table t key ${word}`,
      `clear table t key ${word}`,
    ]) {
      expect(await give(line)).toBe('Invalid key\n\n')
    }
    expect(await give('show table t')).toBe(
      '# table: t, type: integer, size:1024, used:1\nkey=5 use=0 gpt0=0 gpc0=5\n\n',
    )
  })

  it.each([
    ['4294967295', 4_294_967_295],
    ['4294967297', 1],
    ['99999999999', 1_215_752_191],
    ['-1', 4_294_967_295],
  ])('keeps 32 bits of %s', async (text, kept) => {
    const give = integers()
    expect(await give(`set table t key 5 data.gpc0 ${text}`)).toBe('\n')
    expect(await give('show table t key 5')).toContain(`gpc0=${kept}\n`)
  })
})

it('a total of bytes may be larger than 32 bits', async () => {
  const give = tableOf('ip', ['bytes_out_cnt'])
  expect(await give('set table t key 10.1.2.3 data.bytes_out_cnt 5000000000')).toBe('\n')
  expect(await give('show table t key 10.1.2.3')).toContain('bytes_out_cnt=5000000000\n')
})

it('a key that is not there is answered without the table’s head; a filter that fits none with it', async () => {
  const give = tableOf('ip', ['gpc0'], { '127.0.0.1': { gpc0: 2 } })
  expect(await give('show table t key 10.0.0.1')).toBe('\n')
  expect(await give('show table t data.gpc0 gt 5')).toBe('# table: t, type: ip, size:1024, used:1\n\n')
})

it('a table of IPv6 addresses shows IPv4 addresses mapped, and is asked for either form', async () => {
  const give = tableOf('ipv6', ['gpc0'], { '127.0.0.1': {}, '2001:db8::1': {} })
  const mapped = 'key=::ffff:127.0.0.1 use=0 gpc0=0\n'
  expect(await give('show table t')).toBe(
    `# table: t, type: ipv6, size:1024, used:2\n${mapped}key=2001:db8::1 use=0 gpc0=0\n\n`,
  )
  expect(await give('show table t key ::ffff:127.0.0.1')).toContain(mapped)
  expect(await give('show table t key 2001:DB8:0::1')).toContain('key=2001:db8::1 use=0 gpc0=0\n')
})

it.each([
  { key: 'with space', shown: 'with\\ space', word: 'with\\ space' },
  { key: 'q"u\\o=;', shown: 'q"u\\\\o\\=;', word: 'q"u\\\\o\\=\\;' },
])('the key $key is found, and deleted, when it is written as $word', async ({ key, shown, word }) => {
  const give = tableOf('string', ['gpc0'], { [key]: { gpc0: 1 }, with: {} })
  const head = '# table: t, type: string, size:1024, used:2\n'
  expect(await give(`show table t key ${word}`)).toBe(`${head}key=${shown} use=0 gpc0=1\n\n`)
  expect(await give(`set table t key ${word} data.gpc0 4`)).toBe('\n')
  expect(await give(`show table t key ${word}`)).toBe(`${head}key=${shown} use=0 gpc0=4\n\n`)
  expect(await give(`clear table t key ${word}`)).toBe('\n')
  expect(await give('show table t')).toBe('# table: t, type: string, size:1024, used:1\nkey=with use=0 gpc0=0\n\n')
})

describe('a table of IPv6 addresses', () => {
  it('shows an IPv4 address mapped, and takes it in this form', async () => {
    const give = tableOf('ipv6', ['gpt0'], { '10.1.2.3': { gpt0: 5 } })
    expect(await give('set table t key ::ffff:10.9.9.8 data.gpt0 1')).toBe('\n')
    expect(await give('show table t')).toBe(
      '# table: t, type: ipv6, size:1024, used:2\nkey=::ffff:10.1.2.3 use=0 gpt0=5\nkey=::ffff:10.9.9.8 use=0 gpt0=1\n\n',
    )
  })

  it.each(['10.1.2.3', 'abc', '10.1.2'])('has no key %s', async (word) => {
    const give = tableOf('ipv6', ['gpt0'], { '10.1.2.3': { gpt0: 5 } })
    for (const line of [
      `set table t key ${word} data.gpt0 1`,
      `show table t key ${word}`,
      `clear table t key ${word}`,
    ]) {
      expect(await give(line)).toBe('Invalid key\n\n')
    }
  })
})
