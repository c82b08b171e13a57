// What became of the lines of a haproxy.cfg, in words.

import { expect, it } from 'vitest'

import type { Diagnostic, LineStatus } from '../config/haproxy/line-status.ts'
import { formatDiagnostic, refusalOf, summaryOf } from './haproxy.ts'
import { printedBy } from './testing.ts'

const line = (status: LineStatus, more: Partial<Diagnostic> = {}): Diagnostic => ({
  file: 'x.cfg',
  line: 3,
  column: 1,
  status,
  text: 'bind :80',
  ...more,
})

it('a line has its place, its status in a column, itself, and why', () => {
  expect(formatDiagnostic(line('differs', { message: 'so' }), false)).toBe('x.cfg:3  differs      bind :80  (so)')
  expect(formatDiagnostic(line('unsupported'), false)).toBe('x.cfg:3  unsupported  bind :80')
  expect(formatDiagnostic(line('translated'), true)).toMatch(/translated/)
})

it('all are counted, also what there is none of', () => {
  expect(summaryOf([line('error'), line('differs'), line('error')])).toBe(
    '0 translated, 0 platform, 1 differs, 0 unsupported, 2 error',
  )
})

const ERROR = 'correct or remove the lines that are marked error; --allow-unsupported does not leave them out'
const UNSUPPORTED = 'rewrite or remove the unsupported lines, or leave them out with --allow-unsupported'
it.each<[readonly LineStatus[], boolean, string | undefined]>([
  [['translated', 'platform', 'differs'], false, undefined],
  [['translated', 'unsupported'], false, UNSUPPORTED],
  [['translated', 'unsupported'], true, undefined],
  [['error'], false, ERROR],
  [['error'], true, ERROR],
  [['unsupported', 'error'], true, ERROR],
])('%j, allowed %s: %s', async (statuses, isAllowed, refusal) => {
  let told: string | undefined
  const { stderr } = await printedBy(() => {
    told = refusalOf(
      statuses.map((status) => line(status)),
      isAllowed,
    )
  })
  expect(told).toBe(refusal)
  // What is not in force is named in any case.
  const lost = statuses.filter((status) => status === 'unsupported' || status === 'error')
  expect(stderr.split('\n').filter((each) => each !== '')).toHaveLength(lost.length)
})
