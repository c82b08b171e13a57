// Tables that count, on the statistics page: which keys, to whom.

import { describe, expect, it } from 'vitest'

import { resolveStickTable } from '../config/options/stick.ts'
import type { TableView } from './operations.ts'
import { tablesPart } from './stats-page-tables.ts'
import { BASIC_BOB, LOOK, NOW_MS, openWindow, tableOf, TOKEN } from './testing.ts'

const config = resolveStickTable(
  { type: 'string', size: 200, expire: '30s', data: ['http_req_rate(10s)', 'bytes_out_cnt'] },
  [],
  'haproxy',
)
const row = (key: string, rate: number, untilMs = NOW_MS + 12_000) => ({
  key,
  untilMs,
  data: [
    ['http_req_rate', 'http_req_rate(10000)', rate],
    ['bytes_out_cnt', 'bytes_out_cnt', 4_096],
  ] as const,
})
const COUNTED: TableView = {
  name: 'per_ip',
  config,
  count: 57,
  servers: {},
  entries: [row('192.0.2.7', 140), row('a key="x"\n<b>', 99)],
  limits: new Map([['http_req_rate', 100]]),
}
const shown = (tables: readonly TableView[]) => String(tablesPart(tables, NOW_MS)).replaceAll(/\s+/g, ' ')
const textOf = (page: string) =>
  page
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()

describe('stick tables on the page', () => {
  it('that count have their highest keys, with what rules compare', () => {
    expect(textOf(shown([COUNTED]))).toBe(
      'Stick tables per_ip: 57 of 200 entries per_ip: highest counters ' +
        'Key http_req_rate(10000) , limit 100 bytes_out_cnt Expires in ' +
        '192.0.2.7 140 4.0K 12 s a\\ key\\=&quot;x&quot;\\n&lt;b&gt; 99 4.0K 12 s',
    )
  })

  it('that never expire, or count nothing, say so', () => {
    expect(shown([{ ...COUNTED, entries: [row('k', 1, Number.MAX_SAFE_INTEGER)] }])).toContain('<td>never</td>')
    expect(shown([tableOf({ k: 1 })])).not.toContain('<table')
    expect(shown([{ ...COUNTED, entries: [] }])).not.toContain('<table')
    expect(shown([])).toBe('')
  })
})

describe('keys', () => {
  const seenBy = async (headers: Readonly<Record<string, string>>, mayChange: boolean) => {
    const asked: unknown[] = []
    const { ask } = openWindow({}, undefined, {
      tables: async (most, order) => {
        asked.push([most, order])
        return [{ ...COUNTED, entries: COUNTED.entries.slice(0, most) }]
      },
    })
    const { text } = await ask('/stats', { access: { who: 'login', mayChange }, headers })
    return { asked, hasKeys: text.includes('192.0.2.7'), isShown: text.includes('57 of 200') }
  }

  it('are shown to whoever may see tables', async () => {
    for (const authorization of [`Bearer ${TOKEN}`, BASIC_BOB]) {
      expect(await seenBy({ authorization }, true)).toEqual({ asked: [[10, 'highest']], hasKeys: true, isShown: true })
    }
  })

  it('are not even asked for by those who may only look', async () => {
    for (const authorization of [`Bearer ${LOOK}`, BASIC_BOB]) {
      expect(await seenBy({ authorization }, false)).toEqual({ asked: [[0, 'highest']], hasKeys: false, isShown: true })
    }
  })
})
