// The deployed bundle against what the real HAProxy was recorded to do, where that does not depend on `limpet serve`. Its servers have
// names of the zone and are found by resolveOverride under the client's Host. All scenarios are one configuration; a deployment has
// no ports to tell them apart by, so each has a Host of its own in place of www.example.com, which is put back in what was seen.

import { rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { translateFiles } from '../../src/cli/haproxy.ts'
import type { LimpetConfig } from '../../src/config/options/root.ts'
import { differencesOf } from '../conformance/haproxy/compare.ts'
import { configText, drive, idOf } from '../conformance/haproxy/drive.ts'
import { startOrigins } from '../conformance/haproxy/origins.ts'
import type { Origins } from '../conformance/haproxy/origins.ts'
import { makeDirectory } from '../conformance/haproxy/peers.ts'
import { readRecordings } from '../conformance/haproxy/recordings.ts'
import type { Sightings } from '../conformance/haproxy/recordings.ts'
import type { Scenario, Step } from '../conformance/haproxy/scenario.ts'
import { SUBJECTS } from '../conformance/haproxy/scenarios.ts'
import { answerAsCloudflare } from './cloudflare-errors.ts'
import type { Origin } from './internet.ts'
import { LEFT_OUT, LEFT_OUT_SUBJECTS } from './left-out.ts'
import { start } from './world.ts'
import type { World } from './world.ts'

const ID_LENGTH = idOf('').length
const RECORDED = readRecordings()
const NAMED = { a: 'a.example.com', b: 'b.example.com', c: 'c.example.com', dead: 'dead.example.com' }

const SCENARIOS = Object.entries(SUBJECTS)
  .filter(([subject]) => !(subject in LEFT_OUT_SUBJECTS))
  .flatMap(([, scenarios]) => scenarios)
  .filter(({ name, difference }) => difference === undefined && !(name in LEFT_OUT))

const hostOf = ({ name }: Scenario) => `${idOf(name)}.example.com`
const replaced = <T>(value: T, from: string, to: string) => JSON.parse(JSON.stringify(value).replaceAll(from, to)) as T

/** Under a host of its own, which its files may name, too: so they are its own. */
function hosted(scenario: Scenario): Scenario {
  const own = replaced(scenario, 'www.example.com', hostOf(scenario))
  if (own.files === undefined) return own
  const prefix = `${idOf(scenario.name)}-`
  const files = Object.fromEntries(Object.entries(own.files).map(([name, text]) => [prefix + name, text]))
  return { ...own, cfg: own.cfg.map((line) => line.replaceAll('{dir}/', `{dir}/${prefix}`)), files }
}

/** What `limpet import` makes of all of them, for servers that get the client's Host. */
async function importedConfig(scenarios: readonly Scenario[]): Promise<LimpetConfig> {
  const directory = makeDirectory(scenarios)
  const file = join(directory, 'all.cfg')
  const ports = scenarios.map((_, i) => i + 1)
  const addresses = Object.fromEntries(Object.entries(NAMED).map(([name, host]) => [name, `${host}:80`]))
  writeFileSync(file, configText(scenarios, ports, { addresses }, directory))
  const { config } = await translateFiles([file])
  rmSync(directory, { recursive: true })
  const { frontends, backends, ...written } = config as LimpetConfig
  const ids = new Map(scenarios.map((scenario) => [idOf(scenario.name), hostOf(scenario)]))
  return {
    ...written,
    log: 'off',
    frontends: frontends!.map((frontend) => ({ ...frontend, hosts: [ids.get(frontend.name.slice(0, ID_LENGTH))!] })),
    backends: backends.map((backend) => ({ ...backend, host: 'client' })),
  }
}

/** Passes every byte on to a server that listens on this machine. */
function passingOnTo(address: string): Origin {
  const [hostname, port] = address.split(':')
  return (asked, response) => {
    const headers = asked.rawHeaders.filter((_, i, all) => !/^cf-worker$/i.test(all[i - (i % 2)]!))
    const passed = request(
      { hostname, port, method: asked.method, path: asked.url, headers: headers as never, setHost: false },
      (answer) => {
        response.writeHead(answer.statusCode!, answer.statusMessage, answer.rawHeaders)
        answer.pipe(response)
      },
    )
    passed.on('error', () => answerAsCloudflare(response, 520))
    asked.pipe(passed)
  }
}

function connect({ internet }: World, { addresses }: Origins): void {
  for (const name of ['a', 'b', 'c'] as const) internet.serve(NAMED[name], passingOnTo(addresses[name]!))
  internet.serve(NAMED.dead, (_, response) => answerAsCloudflare(response, 521))
}

describe('the deployed bundle, as HAProxy', () => {
  let seen: Sightings
  let stop: () => Promise<void> = async () => undefined
  let origins: Origins

  beforeAll(async () => {
    origins = await startOrigins()
    const scenarios = SCENARIOS.map(hosted)
    const config = await importedConfig(scenarios)
    const started = await start({ production: { config, token: undefined, random: 0 } })
    stop = started.stop
    connect(started.world, origins)
    const port = Number(new URL(started.world.deployment.url).port)
    const headersOf = (scenario: Scenario): NonNullable<Step['headers']> => [
      ['Host', hostOf(scenario)],
      ['CF-Connecting-IP', scenario.from ?? '127.0.0.1'],
    ]
    seen = await drive(
      scenarios,
      scenarios.map(() => port),
      origins,
      headersOf,
    )
  })
  afterAll(async () => {
    await stop()
    origins?.close()
  })

  it.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))('%s', (name, scenario) => {
    expect(differencesOf(RECORDED[name]!, replaced(seen[name]!, hostOf(scenario), 'www.example.com'))).toEqual([])
  })
})

it('leaves out what exists only', () => {
  const names = new Set(
    Object.values(SUBJECTS)
      .flat()
      .map(({ name }) => name),
  )
  expect(Object.keys(LEFT_OUT).filter((name) => !names.has(name))).toEqual([])
  expect(Object.keys(LEFT_OUT_SUBJECTS).filter((subject) => !(subject in SUBJECTS))).toEqual([])
})
