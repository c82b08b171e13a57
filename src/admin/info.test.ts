// `show info`: what the fields say.

import { expect, it } from 'vitest'

import { infoFields, infoJson, infoText, infoTyped } from './info.ts'
import type { CountersView } from './operations.ts'
import { CONFIG, NOW_MS, scripted, total } from './testing.ts'

const COUNTERS: CountersView = {
  sinceMs: 40_999,
  isolates: [1, 2, 3].map((n) => ({ isolate: `i${n}`, atMs: NOW_MS, current: 1, queued: 0 })),
  totals: {
    'frontend:www': total({ stot: 10, bout: 100 }, { current: 1, rate: 3, rateMax: 5 }),
    'frontend:both': total({ stot: 20, bout: 200 }, { current: 2, rate: 4, rateMax: 6 }),
    'backend:app': total({ stot: 999, bout: 999 }, { current: 9, rate: 9, rateMax: 9 }),
  },
}

function valuesOf(counters: CountersView, nowMs = NOW_MS, config = CONFIG) {
  const { operations } = scripted(undefined, { config })
  return Object.fromEntries(infoFields(operations, counters, nowMs).map(({ name, value }) => [name, value]))
}

it('adds up what frontends count, each request once', () => {
  expect(valuesOf(COUNTERS)).toMatchObject({
    Nbproc: 3,
    Uptime_sec: 59,
    Uptime: '0d 0h00m59s',
    Start_time_sec: 40,
    Maxconn: 150,
    Hard_maxconn: 150,
    CurrConns: 3,
    CumReq: 30,
    CumConns: 30,
    ConnRate: 7,
    SessRate: 7,
    MaxConnRate: 11,
    Jobs: 3,
    Listeners: 2,
    TotalBytesOut: 300,
    Idle_pct: 100,
    'Build info': '0.1.0',
  })
})

it.each([
  [0, '0d 0h00m00s'],
  [61, '0d 0h01m01s'],
  [3_599, '0d 0h59m59s'],
  [90_061, '1d 1h01m01s'],
  [-5, '0d 0h00m00s'],
])('%d seconds are %s', (seconds, text) => {
  const values = valuesOf({ ...COUNTERS, sinceMs: 0 }, seconds * 1000)
  expect([values['Uptime'], values['Uptime_sec']]).toEqual([text, Math.max(0, seconds)])
})

it('an isolate that answers is one, though none was heard of yet', () => {
  expect(valuesOf({ ...COUNTERS, isolates: [] })['Nbproc']).toBe(1)
})

it('a frontend without a limit leaves no limit', () => {
  const frontends = CONFIG.frontends.map((frontend, i) => (i === 0 ? { ...frontend, maxconn: null } : frontend))
  expect(valuesOf(COUNTERS, NOW_MS, { ...CONFIG, frontends })['Maxconn']).toBe(0)
})

it('is written as text, typed and JSON', () => {
  const fields = infoFields(scripted().operations, COUNTERS, NOW_MS)
  expect(fields.map(({ position }) => position)).toEqual(
    fields.map(({ position }) => position).toSorted((a, b) => a - b),
  )
  // A value for every field, words for every meaning.
  for (const { name, value, description } of fields) {
    expect([name, value === undefined || description === '']).toEqual([name, false])
  }
  expect(infoText(fields, false).split('\n')).toContain('Unstoppable Jobs: 0')
  expect(infoText(fields, true).split('\n')).toContain('CumReq: 30:"Requests"')
  expect(infoTyped(fields, false).split('\n')).toContain('19.CumReq.1:MCP:u32:30')
  expect(infoTyped(fields, true).split('\n')).toContain('19.CumReq.1:MCP:u32:30:"Requests"')
  expect(JSON.parse(infoJson(fields))).toContainEqual({
    field: { pos: 19, name: 'CumReq' },
    processNum: 1,
    tags: { origin: 'Metric', nature: 'Counter', scope: 'Process' },
    value: { type: 'u32', value: 30 },
  })
})
