// What `npm run lost` prints and writes of what it has seen.

import { expect, it } from 'vitest'

import { commandPeer } from './peers/command.ts'
import { tablesOf } from './page.ts'
import { pictureOf } from './picture.ts'
import { spreadOf, spreadText, textOf } from './table.ts'
import type { Results } from './table.ts'

const seen = (avoidable: number, failed = 0) => ({
  avoidable,
  unavoidable: 0,
  failed,
  requests: 100,
  newOnDrained: 0,
  busiestPercent: 34,
  slowestMs: 12,
  reasons: {},
})

const column = (id: string, clients: 'cookies' | 'keys', version: string | null = '1.0') => ({
  id,
  program: id,
  setUp: 'cookie',
  clients,
  version,
  without: {},
})

const RESULTS: Results = {
  peers: [column('one', 'cookies'), column('two', 'cookies', null), column('three', 'keys')],
  events: [{ id: 'crash', title: 'a server crashes' }],
  runs: 3,
  tookS: 60,
  cells: [
    { peer: 'one', event: 'crash', seen: seen(0) },
    { peer: 'one', event: 'crash', seen: seen(0) },
    { peer: 'one', event: 'crash', seen: seen(2, 1) },
    { peer: 'three', event: 'crash', seen: seen(12) },
    { peer: 'three', event: 'crash', problem: 'it did not start' },
  ],
}

it('shows medians, and ranges where rounds differ', () => {
  expect(spreadText(spreadOf(RESULTS, 'one', 'crash', 'avoidable'))).toBe('0 (0–2)')
  expect(spreadText(spreadOf(RESULTS, 'three', 'crash', 'avoidable'))).toBe('12')
  expect(textOf(RESULTS)).toMatch(/a server crashes {2,}0 \(0–2\) \/ 0 \(0–1\) +not installed/)
})

it('writes tables in which a loss is bold and a peer that is not installed says so', () => {
  const tables = tablesOf(RESULTS)
  expect(tables).toContain('| a server crashes | 0 (0–2) / 0 (0–1) | not installed |')
  expect(tables).toContain('| a server crashes | **12** |')
  expect(tables).toContain('one 1.0, two not installed, three 1.0. 3 runs a cell.')
})

it('draws a square for each cell of a peer that was measured', () => {
  const picture = pictureOf(RESULTS)
  expect(picture.match(/<rect/g)).toHaveLength(2)
  expect(picture).toMatch(/class="kept"[^]*>0<[^]*class="many"[^]*>12</)
})

it('reads a peer that is a command', () => {
  expect(commandPeer('nginx-next=./serve.sh 1')).toMatchObject({ id: 'nginx-next', clients: 'cookies' })
  expect(commandPeer('mine:keys=./x')).toMatchObject({ id: 'mine', clients: 'keys' })
  expect(() => commandPeer('./serve.sh')).toThrow("--peer: './serve.sh' must be NAME=COMMAND")
})
