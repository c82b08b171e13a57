// What the real HAProxy was recorded to do, replayed through a balancer in this process: no socket, no runtime. What it cannot show is
// in left-out.ts.

import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest'

import { holdBalancer, refuses } from '../../src/balancer/testing.ts'
import type { Held } from '../../src/balancer/testing.ts'
import { translateFiles } from '../../src/cli/haproxy.ts'
import { readText } from '../../src/cli/read-text.ts'
import { configOrThrow } from '../../src/config/validate.ts'
import type { LimpetConfig } from '../../src/config/options/root.ts'
import { differencesOf } from '../conformance/haproxy/compare.ts'
import { configText } from '../conformance/haproxy/drive.ts'
import { makeDirectory } from '../conformance/haproxy/peers.ts'
import { readRecordings } from '../conformance/haproxy/recordings.ts'
import type { Scenario } from '../conformance/haproxy/scenario.ts'
import { SUBJECTS } from '../conformance/haproxy/scenarios.ts'
import { askInProcess, serveAsTold } from './ask.ts'
import { LEFT_OUT, LEFT_OUT_SUBJECTS } from './left-out.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The subjects that are replayed; all when it is undefined. */
    replayed: readonly string[] | undefined
  }
}

const RECORDED = readRecordings()
const ADDRESSES = { a: '127.0.0.1:1001', b: '127.0.0.1:1002', c: '127.0.0.1:1003', dead: '127.0.0.1:1' }
const PORT = 10_000

const isReplayed = ({ name, difference, isTimed, isAligned }: Scenario) =>
  difference === undefined && !isTimed && !isAligned && !LEFT_OUT.some(([pattern]) => pattern.test(name))

const REPLAYED = Object.entries(SUBJECTS)
  .filter(([subject]) => !(subject in LEFT_OUT_SUBJECTS))
  .map(([subject, scenarios]) => [subject, scenarios.filter(isReplayed)] as const)

/** A balancer with the scenario's configuration, and its servers. */
async function balancerOf(scenario: Scenario): Promise<Held> {
  const directory = makeDirectory([scenario])
  const file = join(directory, 'one.cfg')
  writeFileSync(file, configText([scenario], [PORT], { addresses: ADDRESSES }, directory))
  const { config } = await translateFiles([{ file, text: readText(file) }])
  rmSync(directory, { recursive: true })
  const resolved = configOrThrow(config as LimpetConfig, 'serve')
  const held = await holdBalancer(resolved)
  for (const { servers } of resolved.backends) {
    for (const server of servers) {
      const origin = Object.entries(ADDRESSES).find(([, address]) => server.origin === `http://${address}`)?.[0]
      held.servers.set(server.name, origin === undefined || origin === 'dead' ? refuses : serveAsTold(origin))
    }
  }
  return held
}

// A mutated room is asked only for the subjects that its row names.
const asked = inject('replayed') ?? REPLAYED.map(([subject]) => subject)

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }))
afterEach(() => void vi.useRealTimers())

describe.each(REPLAYED.filter(([subject]) => asked.includes(subject)))(
  'the balancer, as HAProxy: %s',
  (_, scenarios) => {
    it.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('%s', async (name, scenario) => {
      const seen = await askInProcess(scenario, await balancerOf(scenario), { port: PORT, frontends: undefined })
      expect(differencesOf(RECORDED[name]!, seen)).toEqual([])
    })
  },
)

it('is 400 scenarios at least', () => {
  expect(REPLAYED.flatMap(([, scenarios]) => scenarios).length).toBeGreaterThanOrEqual(400)
})

it('leaves out what exists only', () => {
  const names = Object.values(SUBJECTS)
    .flat()
    .map(({ name }) => name)
  expect(LEFT_OUT.filter(([pattern]) => !names.some((name) => pattern.test(name)))).toEqual([])
  expect(Object.keys(LEFT_OUT_SUBJECTS).filter((subject) => !(subject in SUBJECTS))).toEqual([])
})

it('knows every file of a scenario by a name that no other file has', () => {
  rmSync(makeDirectory(Object.values(SUBJECTS).flat()), { recursive: true })
})
