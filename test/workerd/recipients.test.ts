// Alerts that were not sent yet when the configuration changed: they go to whom they were for, wherever that recipient
// stands now, and to nobody else.

import { runInDurableObject } from 'cloudflare:test'
import { env as testEnv } from 'cloudflare:workers'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import type { Env } from '../../src/cloudflare/env.ts'
import type { LimpetConfig } from '../../src/config/options/root.ts'
import monitorSql from './release-0.1/monitor.sql?raw'
import { CONFIG, RECORDED_MS } from './release-0.1/config.ts'
import * as before from './release-0.1/objects.js'
import * as now from './release-objects.ts'

const { BARE } = testEnv as unknown as { readonly BARE: DurableObjectNamespace }
const HOUR_MS = 3_600_000

type Alerts = NonNullable<LimpetConfig['alerts']>
type Monitor = InstanceType<ReturnType<typeof now.createMonitorClass>>

/** Nobody is checked: only what an operator does is told. */
const BACKENDS: LimpetConfig['backends'] = [
  { name: 'app', servers: ['s1', 's2', 's3'].map((name) => ({ name, url: `https://${name}.example` })) },
  { name: 'api', servers: [{ name: 'x1', url: 'https://x1.example' }] },
]

const MAINT: Alerts[number] = { webhook: 'https://maint.example/hook', events: ['maint'], group: '1h' }
const DRAIN: Alerts[number] = { webhook: 'https://drain.example/hook', events: ['drain'], group: '1h' }
const BOTH: Alerts[number] = { webhook: 'https://both.example/hook', events: ['maint', 'drain'], group: '1h' }

let nowMs = 0
/** What each webhook was told. */
let told: Record<string, string[]> = {}
let errors: string[] = []

beforeEach(() => {
  nowMs = RECORDED_MS
  told = {}
  errors = []
  vi.spyOn(Date, 'now').mockImplementation(() => nowMs)
  vi.spyOn(console, 'log').mockImplementation(() => undefined)
  vi.spyOn(console, 'error').mockImplementation((line: string) => void errors.push(line))
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const { host } = new URL(input as string)
    const { alerts } = JSON.parse(init!.body as string) as { alerts: { event: string; server: string }[] }
    told[host] = [...(told[host] ?? []), ...alerts.map(({ event, server }) => `${event} ${server}`)]
    return new Response()
  })
})
afterEach(() => vi.restoreAllMocks())

let names = 0
/** Storage of its own; `open` begins anew on it, as a release with a configuration. */
async function withStorage(
  work: (open: (alerts: Alerts, release?: typeof now) => Monitor, sql: SqlStorage) => Promise<void>,
): Promise<void> {
  await runInDurableObject(BARE.getByName(`recipients-${names++}`), async (_, state) => {
    await work((alerts, release = now) => {
      const config: LimpetConfig = { frontends: [{ name: 'main', defaultBackend: 'app' }], backends: BACKENDS, alerts }
      const Class = release.createMonitorClass(() => release.configOrThrow(config, 'either'))
      return new Class(state, {} as Env)
    }, state.storage.sql)
  })
}

/** One for who hears of maint, one for who hears of drain. */
async function change(monitor: Monitor): Promise<void> {
  await monitor.change('app/s1', { state: 'maint' }, 'ann')
  await monitor.change('app/s2', { state: 'drain' }, 'ann')
}

async function deliverAll(monitor: Monitor, sql: SqlStorage): Promise<void> {
  nowMs += 2 * HOUR_MS
  await monitor.alarm!()
  await vi.waitUntil(() => sql.exec('SELECT id FROM outbox WHERE due_ms <= ?', nowMs).toArray().length === 0)
}

it('two that change places are told what was theirs', () =>
  withStorage(async (open, sql) => {
    await change(open([MAINT, DRAIN]))
    await deliverAll(open([DRAIN, MAINT]), sql)
    expect(told).toEqual({ 'maint.example': ['maint s1'], 'drain.example': ['drain s2'] })
    expect(errors).toEqual([])
  }))

it('a message for a recipient that is gone is not sent to another in its place, and the log says so', () =>
  withStorage(async (open, sql) => {
    await change(open([MAINT, DRAIN]))
    await deliverAll(open([DRAIN, BOTH]), sql)
    expect(told).toEqual({ 'drain.example': ['drain s2'] })
    expect(errors.map((line) => JSON.parse(line))).toEqual([
      { event: 'alert-not-delivered', to: 'maint.example', problem: 'it is not configured any more: 1 dropped' },
    ])
  }))

it('when nobody is told any more, what waited is dropped, and nobody gets it who is told later', () =>
  withStorage(async (open, sql) => {
    await change(open([MAINT, DRAIN]))
    const silent = open([])
    await change(silent)
    expect(errors.map((line) => JSON.parse(line))).toEqual([
      { event: 'alert-not-delivered', to: 'maint.example', problem: 'it is not configured any more: 1 dropped' },
      { event: 'alert-not-delivered', to: 'drain.example', problem: 'it is not configured any more: 1 dropped' },
    ])
    await deliverAll(silent, sql)
    await deliverAll(open([MAINT, DRAIN]), sql)
    expect(told).toEqual({})
  }))

it('one that reads or listens otherwise is the same', () =>
  withStorage(async (open, sql) => {
    await change(open([MAINT, DRAIN]))
    const changed = {
      ...MAINT,
      events: ['up' as const],
      template: '{text}!',
      group: '5s',
      backends: 'api',
    } satisfies Alerts[number]
    await deliverAll(open([BOTH, DRAIN, changed]), sql)
    expect(told).toEqual({ 'maint.example': ['maint s1'], 'drain.example': ['drain s2'] })
  }))

it('mail to the same addresses is the same recipient, in whatever order they are written', () =>
  withStorage(async (open, sql) => {
    const mail = (...to: string[]): Alerts[number] => ({
      mail: { from: 'l@example.com', to },
      events: ['maint'],
      group: '1h',
    })
    await change(open([mail('a@example.com', 'b@example.com'), mail('c@example.com')]))
    open([mail('c@example.com'), mail('b@example.com', 'a@example.com')])
    const rows = sql.exec<{ id: number; recipient: number }>('SELECT id, recipient FROM outbox ORDER BY id').toArray()
    expect(rows.map(({ recipient }) => recipient)).toEqual([1, 0])
  }))

it('two of one address are told apart by their order', () =>
  withStorage(async (open, sql) => {
    const second = { ...MAINT, template: '{text}!' }
    await change(open([MAINT, second, DRAIN]))
    await deliverAll(open([DRAIN, MAINT, second]), sql)
    expect(told).toEqual({ 'maint.example': ['maint s1', 'maint s1'], 'drain.example': ['drain s2'] })
  }))

it('the day that was summed up for one is not for another', () =>
  withStorage(async (open, sql) => {
    const daily = (host: string) => ({ webhook: `https://${host}.example/hook`, summary: '08:00' })
    const sent = () => sql.exec('SELECT recipient, sent_ms FROM summaries ORDER BY recipient').toArray()
    await open([daily('a')]).arm()
    nowMs += HOUR_MS
    await open([daily('b'), daily('a')]).arm()
    expect(sent()).toEqual([
      { recipient: 0, sent_ms: RECORDED_MS + HOUR_MS },
      { recipient: 1, sent_ms: RECORDED_MS },
    ])
    await open([daily('a'), daily('b')]).arm()
    expect(sent()).toEqual([
      { recipient: 0, sent_ms: RECORDED_MS },
      { recipient: 1, sent_ms: RECORDED_MS + HOUR_MS },
    ])
  }))

it('after a roll-back the release before tells them, too', () =>
  withStorage(async (open, sql) => {
    await change(open([MAINT, DRAIN]))
    open([DRAIN, MAINT])
    await deliverAll(open([DRAIN, MAINT], before), sql)
    expect(told).toEqual({ 'maint.example': ['maint s1'], 'drain.example': ['drain s2'] })
  }))

it('of rows that only know a place, those go to who stands there that it wants to hear of; the log has the others', () =>
  withStorage(async (open, sql) => {
    sql.exec(monitorSql)
    const [a, b, mail] = CONFIG.alerts
    // The upgrade has also turned two of them round.
    open([b, a, mail] as unknown as Alerts)
    expect(sql.exec('SELECT recipient FROM outbox').toArray()).toEqual([{ recipient: 2 }])
    expect(errors.map((line) => JSON.parse(line))).toEqual([
      {
        event: 'alert-not-delivered',
        to: 'b.example',
        problem: 'they were for the recipient that had its place before the upgrade: 4 dropped',
      },
    ])
  }))

it('rows that only know a place are told as ever when nothing has changed', () =>
  withStorage(async (open, sql) => {
    sql.exec(monitorSql)
    const monitor = open(CONFIG.alerts as unknown as Alerts)
    nowMs = RECORDED_MS + 12 * HOUR_MS
    // The drain of s3 has ended, too.
    await monitor.alarm!()
    await vi.waitUntil(() => Object.keys(told).length > 0)
    expect(told).toEqual({ 'a.example': ['down s1', 'drain s3', 'maint x1', 'empty null', 'maint s3'] })
  }))
