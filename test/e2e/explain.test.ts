// `limpet explain` next to a running balancer: what it says is what the balancer does with the same request, at the same time.

import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { expect, it } from 'vitest'

import { explainRequest } from '../../src/cli/explain.ts'
import { printedBy } from '../../src/cli/testing.ts'
import type { LimpetConfig } from '../../src/config/options/root.ts'
import { configOrThrow } from '../../src/config/validate.ts'
import type { Explanation } from '../../src/explain/explanation.ts'
import { createCodecs } from '../../src/persistence/create-codecs.ts'
import { importCookieKeys } from '../../src/persistence/sealed.ts'
import { CLI, Client, exchange, sessionOf, startLimpet, startOrigins, temporaryDirectory, TOKEN } from './harness.ts'

/** Another name of `s3` is in cookies of the release before. */
const NAMES = [{ name: 's1' }, { name: 's2' }, { name: 's3', formerly: ['web3'] }]

it('is what a running balancer does: a renamed server, a forged and an expired cookie, a drained server under load', async () => {
  const origins = await startOrigins(3)
  const config: LimpetConfig = {
    frontends: [
      {
        name: 'www',
        rules: [
          { if: { pathBeg: '/no' }, do: { deny: { status: 403 } } },
          { if: { pathBeg: '/api' }, do: { useBackend: 'api' } },
        ],
        defaultBackend: 'app',
      },
    ],
    backends: [
      {
        name: 'app',
        cookie: { name: 'SRV', maxidle: '10m' },
        servers: NAMES.map((named, i) => ({ ...named, url: origins[i]!.url })),
      },
      {
        name: 'api',
        stickTable: { type: 'string', size: 100 },
        stick: [{ on: 'req.hdr(x-user)' }],
        servers: origins.map(({ name, url }) => ({ name, url })),
      },
    ],
  }
  const state = temporaryDirectory()
  const file = join(temporaryDirectory(), 'limpet.config.json')
  writeFileSync(file, JSON.stringify(config))
  const serving = await startLimpet(config, { state })

  const remote = { url: serving.url, adminToken: TOKEN, adminPath: '/.limpet', state, for: 'serve' as const }
  const none = { file: [], up: [], down: [], drain: [], maint: [], full: [], refusing: [], cookie: [] }
  const explained = async (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Explanation> => {
    const header = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
    const asked = { ...remote, ...none, header, method: 'GET', src: '127.0.0.1', json: true }
    const { stdout, error } = await printedBy(() => explainRequest(`${serving.url}${path}`, file, asked))
    expect(error).toBeUndefined()
    return JSON.parse(stdout) as Explanation
  }
  /** Explains a request, and then sends it. */
  const both = async (path: string, headers: Readonly<Record<string, string>> = {}) => {
    const explanation = await explained(path, headers)
    const answer = await exchange(`${serving.url}${path}`, { headers: { ...headers, 'x-limpet-debug': TOKEN } })
    const done = (name: string) => answer.headers[`x-limpet-${name}`]
    expect([
      explanation.frontend,
      explanation.backend ?? '-',
      explanation.answer.verdict,
      explanation.answer.status,
    ]).toEqual([done('frontend'), done('backend'), done('verdict'), answer.status])
    const server = done('server')
    expect(explanation.choice?.among ?? ['-']).toContain(server)
    return { explanation, server, problem: explanation.cookie?.found[0]?.problem }
  }
  const keys = await importCookieKeys(readFileSync(join(state, 'cookie-keys'), 'utf8'))
  const [codec] = await createCodecs(configOrThrow(config, 'serve').backends[0]!, 'SRV', keys)
  const cookie = async (server: string, agoS = 8) =>
    `SRV=${await codec!.encode(server, { lastS: Math.floor(Date.now() / 4000) * 4 - agoS, firstS: null })}`

  const renamed = await both('/', { cookie: await cookie('web3') })
  expect([renamed.server, renamed.problem, renamed.explanation.choice?.by]).toEqual(['s3', null, 'cookie'])

  const genuine = await cookie('s2')
  const forged = await both('/', { cookie: genuine.slice(0, -2) + (genuine.endsWith('AA') ? 'BB' : 'AA') })
  expect([forged.problem, forged.explanation.choice?.among]).toEqual(['forged', ['s1', 's2', 's3']])

  const expired = await both('/', { cookie: await cookie('s2', 3_600) })
  expect([expired.problem, expired.explanation.cookie?.verdict, expired.explanation.choice?.by]).toEqual([
    null,
    'expired',
    'balance',
  ])

  expect((await both('/no')).explanation.choice).toBeNull()

  // A drained server keeps its clients and gets no new ones, in both.
  const old = new Client()
  old.cookies.set('SRV', (await cookie('s1')).slice(4))
  const load = { isOn: true }
  const visited: string[] = []
  await serving.set('app/s1', { state: 'drain' })
  const loading = (async () => {
    while (load.isOn) visited.push(sessionOf(await new Client().get(`${serving.url}/`)).name)
  })()
  const fresh = await both('/')
  const kept = await both('/', { cookie: await cookie('s1') })
  load.isOn = false
  await loading
  expect(fresh.explanation.choice?.among).toEqual(['s2', 's3'])
  expect(fresh.explanation.servers.map(({ leftOut }) => leftOut)).toEqual(['drain', null, null])
  expect([kept.server, kept.explanation.choice?.by]).toEqual(['s1', 'cookie'])
  expect([...new Set(visited)].toSorted()).toEqual(['s2', 's3'])
  expect(sessionOf(await old.get(`${serving.url}/`)).name).toBe('s1')

  // What the running balancer's table has, and nothing more afterwards.
  const headers = { 'x-user': 'ann' }
  const { name } = sessionOf(await exchange(`${serving.url}/api`, { headers }))
  const stuck = await both('/api', headers)
  expect([stuck.explanation.choice?.by, stuck.server, stuck.explanation.stick[0]?.server]).toEqual([
    'stick',
    name,
    name,
  ])
  await explained('/api', { 'x-user': 'bob' })
  const ask = { method: 'POST', headers: { authorization: `Bearer ${TOKEN}` }, body: 'show table api json' }
  expect(JSON.parse((await exchange(`${serving.url}/.limpet/command`, ask)).body)).toMatchObject({ used: 1 })

  // As a command, with what it needs in the environment.
  const env = { ...process.env, LIMPET_URL: serving.url, LIMPET_ADMIN_TOKEN: TOKEN }
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, 'explain', `${serving.url}/`, file], { env })
  expect(stdout).toContain('  s1: DRAIN, weight 1: no new clients, because it drains')
  expect(stdout).toContain(`Servers' states and tables: ${serving.url}, as it knows them now.`)
})
