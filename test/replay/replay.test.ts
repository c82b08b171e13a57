// What the real HAProxy was recorded to do, replayed through a balancer in this process: no socket, no runtime. What it cannot show is
// in left-out.ts.

import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { beforeAll, describe, expect, it } from 'vitest'

import { holdBalancer, refuses } from '../../src/balancer/testing.ts'
import type { Held } from '../../src/balancer/testing.ts'
import { translateFiles } from '../../src/cli/haproxy.ts'
import { configOrThrow } from '../../src/config/validate.ts'
import type { LimpetConfig } from '../../src/config/schema.ts'
import { differencesOf } from '../conformance/haproxy/compare.ts'
import { configText, idOf } from '../conformance/haproxy/drive.ts'
import { makeDirectory } from '../conformance/haproxy/peers.ts'
import { readRecordings } from '../conformance/haproxy/recordings.ts'
import type { Scenario, Seen } from '../conformance/haproxy/scenario.ts'
import { SUBJECTS } from '../conformance/haproxy/scenarios.ts'
import { askInProcess, serveAsTold } from './ask.ts'
import { LEFT_OUT, LEFT_OUT_SUBJECTS } from './left-out.ts'

const RECORDED = readRecordings()
const ADDRESSES = { a: '127.0.0.1:1001', b: '127.0.0.1:1002', c: '127.0.0.1:1003', dead: '127.0.0.1:1' }
const ID_LENGTH = idOf('').length

const SCENARIOS = Object.entries(SUBJECTS)
  .filter(([subject]) => !(subject in LEFT_OUT_SUBJECTS))
  .flatMap(([, scenarios]) => scenarios)
  .filter(
    ({ name, difference, isTimed, isAligned }) =>
      difference === undefined && !isTimed && !isAligned && !LEFT_OUT.some(([pattern]) => pattern.test(name)),
  )

/** A balancer for each scenario, from one file: all are translated as they stand together. */
async function balancers(): Promise<ReadonlyMap<string, Held>> {
  const directory = makeDirectory(SCENARIOS)
  const file = join(directory, 'all.cfg')
  const ports = SCENARIOS.map((_, i) => 10_000 + i)
  writeFileSync(file, configText(SCENARIOS, ports, { addresses: ADDRESSES }, directory))
  const { config } = await translateFiles([file])
  rmSync(directory, { recursive: true })
  const whole = configOrThrow(config as LimpetConfig, 'serve')
  return new Map(
    await Promise.all(
      SCENARIOS.map(async ({ name }) => {
        const isOwn = (each: { readonly name: string }) => each.name.slice(0, ID_LENGTH) === idOf(name)
        const own = { ...whole, frontends: whole.frontends.filter(isOwn), backends: whole.backends.filter(isOwn) }
        const held = await holdBalancer(own)
        for (const { servers } of own.backends) {
          for (const server of servers) {
            const origin = Object.entries(ADDRESSES).find(([, address]) => server.origin === `http://${address}`)?.[0]
            held.servers.set(server.name, origin === undefined || origin === 'dead' ? refuses : serveAsTold(origin))
          }
        }
        return [name, held] as const
      }),
    ),
  )
}

describe('the balancer, as HAProxy', () => {
  let seen: ReadonlyMap<string, unknown>

  beforeAll(async () => {
    const held = await balancers()
    const run = async (scenario: Scenario) => {
      const port = 10_000 + SCENARIOS.indexOf(scenario)
      // One that throws fails its own test.
      const steps = await askInProcess(scenario, held.get(scenario.name)!, port).catch((error: unknown) => error)
      return [scenario.name, steps] as const
    }
    seen = new Map(await Promise.all(SCENARIOS.map(run)))
  })

  it.each(SCENARIOS.map(({ name }) => name))('%s', (name) => {
    const steps = seen.get(name)
    if (steps instanceof Error) throw steps
    expect(differencesOf(RECORDED[name]!, steps as readonly Seen[])).toEqual([])
  })
})

it('is 400 scenarios at least', () => expect(SCENARIOS.length).toBeGreaterThanOrEqual(400))

it('leaves out what exists only', () => {
  const names = Object.values(SUBJECTS)
    .flat()
    .map(({ name }) => name)
  expect(LEFT_OUT.filter(([pattern]) => !names.some((name) => pattern.test(name)))).toEqual([])
  expect(Object.keys(LEFT_OUT_SUBJECTS).filter((subject) => !(subject in SUBJECTS))).toEqual([])
})
