// Tables that count, in several isolates on real processes.

import { connect } from 'node:net'
import { setTimeout as pass } from 'node:timers/promises'

import { expect, it } from 'vitest'

import type { LimpetConfig } from '../../src/config/options/root.ts'
import { exchange, startLimpet, startOrigin, until } from './harness.ts'
import type { Origin } from './harness.ts'

type FrontendInput = NonNullable<LimpetConfig['frontends']>[number]

function configOf({ name, url }: Origin, rules: FrontendInput['rules'], table: object = {}): LimpetConfig {
  const stickTable = { type: 'ip', size: 100, expire: '1h', data: ['http_req_cnt', 'gpc0', 'conn_cnt'], ...table }
  return {
    frontends: [{ name: 'www', stickTable, rules, defaultBackend: 'app' } as FrontendInput],
    backends: [{ name: 'app', servers: [{ name, url }] }],
  }
}

it('an exact limit lets as many requests through as it says, whichever isolate they come to', async () => {
  const config = configOf(
    await startOrigin('s1'),
    [
      { do: { trackSc: { sc: 0, key: 'src' } } },
      { if: { sample: 'sc_http_req_cnt(0)', match: 'int', values: ['gt 20'] }, do: { deny: { status: 429 } } },
    ],
    { exact: true, timeout: '10s' },
  )
  const { urls } = await startLimpet(config, { isolates: 4 })
  const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => exchange(`${urls[i % 4]}/whoami`)))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(20)
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(80)
})

it('a key that one isolate has banned is refused by the others', async () => {
  const config = configOf(await startOrigin('s1'), [
    { if: { path: '/ban' }, do: { trackSc: { sc: 0, key: 'src' } } },
    { if: { sample: 'src,in_table(www)' }, do: { deny: { status: 403 } } },
  ])
  const { urls } = await startLimpet(config, { isolates: 2 })
  expect((await exchange(`${urls[1]}/whoami`)).status).toBe(200)
  expect((await exchange(`${urls[0]}/ban`)).status).toBe(403)
  await until(async () => (await exchange(`${urls[1]}/whoami`)).status === 403)
})

it('a client that hangs up is counted, and is no longer in progress', async () => {
  const shown = { status: 200 as const, bodyTemplate: '%[src,table_trackers(www)] %[src,table_conn_cnt(www)]' }
  const origin = await startOrigin('s1')
  const config = configOf(origin, [
    { if: { path: '/see' }, do: { return: shown } },
    { do: { trackSc: { sc: 0, key: 'src' } } },
  ])
  const { url } = await startLimpet(config)
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.write('GET /slow?ms=60000 HTTP/1.1\r\nHost: x\r\n\r\n')
  await until(async () => (await origin.stats()).inProgress === 1)
  expect((await exchange(`${url}/see`)).body).toBe('1 1')
  await pass(100)
  socket.resetAndDestroy()
  await until(async () => (await exchange(`${url}/see`)).body === '0 1')
})
