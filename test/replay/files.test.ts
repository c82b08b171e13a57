// The haproxy.cfg of conformance/haproxy/files: what becomes of their lines is what STATUS.md says, and those that are accepted answer in
// this process as HAProxy was recorded to.

import { readFileSync, rmSync } from 'node:fs'

import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { createStatsAccess } from '../../src/admin/stats-access.ts'
import { createStatsWindow } from '../../src/admin/stats-window.ts'
import { scripted } from '../../src/admin/testing.ts'
import type { StatsPage } from '../../src/balancer/balancer-ports.ts'
import { holdBalancer } from '../../src/balancer/testing.ts'
import type { Held } from '../../src/balancer/testing.ts'
import { translateFiles } from '../../src/cli/haproxy.ts'
import type { Config } from '../../src/config/config.ts'
import type { StatsConfig } from '../../src/config/options/stats.ts'
import { configOrThrow } from '../../src/config/validate.ts'
import type { LimpetConfig } from '../../src/config/options/root.ts'
import { createThrottle } from '../../src/credentials/throttle.ts'
import { toUrl } from '../../src/http/target.ts'
import { patternOf } from '../../src/pattern/compile.ts'
import { allTools } from '../../src/rules/all-tools.ts'
import { createRulesEngine } from '../../src/rules/engine.ts'
import { differencesIn, placeOf, portable, readRecording } from '../conformance/haproxy/files/exchanges.ts'
import { isExplained } from '../conformance/haproxy/files/explained.ts'
import { makeRoot, readCfgFiles } from '../conformance/haproxy/files/machine.ts'
import type { CfgFile } from '../conformance/haproxy/files/machine.ts'
import { rewrite } from '../conformance/haproxy/files/rewrite.ts'
import { checkAll, STATUS_FILE, statusPage } from '../conformance/haproxy/files/status.ts'
import type { Checked } from '../conformance/haproxy/files/status.ts'
import { askInProcess, serveAsTold } from './ask.ts'

const FILES = readCfgFiles()
const CHECKED = await checkAll(FILES)
const ROOT = await makeRoot(FILES)
const ORIGINS = { a: '127.0.0.1:1001', b: '127.0.0.1:1002', c: '127.0.0.1:1003' }
const FIRST_PORT = 20_000

const REPLAYED = CHECKED.filter(
  ({ file, accepted }) => accepted !== 'no' && readRecording(file.name)?.refused === undefined,
)

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }))
afterEach(() => void vi.useRealTimers())
afterAll(() => rmSync(ROOT, { recursive: true }))

it('STATUS.md is what `npm run files -- --status` writes', () => {
  expect(readFileSync(STATUS_FILE, 'utf8')).toBe(statusPage(CHECKED))
})

it('every file that HAProxy loads has a recording of ten requests at least', () => {
  const isRecorded = ({ name }: CfgFile) => {
    const { refused, exchanges } = readRecording(name) ?? { exchanges: [] }
    return refused === undefined ? exchanges.length >= 10 : exchanges.length === 0
  }
  expect(FILES.filter((file) => !isRecorded(file)).map(({ name }) => name)).toEqual([])
})

describe('a haproxy.cfg, as HAProxy', () => {
  it.each(REPLAYED.map((checked) => [checked.file.name, checked] as const))('%s', async (name, checked) => {
    const { held, bound } = await balancerOf(checked)
    const jars = new Map<string, Map<string, string>>()
    const differences: string[] = []
    for (const exchange of readRecording(name)!.exchanges) {
      const { at, step } = exchange
      const one = bound.find((each) => placeOf(each) === at)!
      const jar = jars.get(at) ?? new Map<string, string>()
      jars.set(at, jar)
      const asked = { name, cfg: [], steps: [{ ...step, comparesBody: true, tls: one.tls }], from: one.address }
      const [seen] = await askInProcess(asked, held, { port: one.port, frontends: [one.section] }, jar)
      for (const difference of differencesIn(exchange, portable(step, seen!, bound, ROOT))) {
        if (!isExplained(name, exchange, difference)) differences.push(`${at} ${JSON.stringify(step)}: ${difference}`)
      }
    }
    expect(differences).toEqual([])
  })
})

/** A balancer with the file's configuration, its binds and its servers. */
async function balancerOf({ file, accepted }: Checked) {
  const { text, bound } = rewrite(file.text, { root: ROOT, origins: Object.values(ORIGINS), firstPort: FIRST_PORT })
  const { config } = await translateFiles([{ file: `${file.name}.cfg`, text }], accepted === 'only-http')
  const resolved = configOrThrow(config as LimpetConfig, 'serve')
  const held: Held = await holdBalancer(resolved, { pageOf: (stats) => pageOf(stats, resolved) })
  for (const { servers } of resolved.backends) {
    for (const server of servers) {
      const [origin] = Object.entries(ORIGINS).find(([, address]) => server.origin === `http://${address}`) ?? []
      if (origin !== undefined) held.servers.set(server.name, serveAsTold(origin))
    }
  }
  return { held, bound }
}

/** The page of statistics as under `limpet serve`, without an admin token. */
function pageOf(stats: StatsConfig, config: Config): StatsPage {
  const window = createStatsWindow(stats, scripted(undefined, { config }).operations, createThrottle(Date.now))
  const accessOf = createStatsAccess(stats, true, false, createRulesEngine(allTools(patternOf)))
  return {
    matches: ({ path, query }) => window.matches(path + query),
    answer(request, transaction, view) {
      const { clientAddress } = transaction.asked
      const url = toUrl(transaction.forOrigin.target)
      return window.answer({ request, url, clientAddress, secret: undefined, access: accessOf(transaction, view) })
    },
  }
}
