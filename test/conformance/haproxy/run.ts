// `npm run conformance`: every scenario against the real HAProxy and against `limpet serve`, with the same file.
// With --record what HAProxy did is written down; without, it must still do what was written.

import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as pass } from 'node:timers/promises'

import { freePort } from '../../free-ports.ts'
import { differencesOf } from './compare.ts'
import { configText, drive } from './drive.ts'
import { startOrigins } from './origins.ts'
import { makeDirectory, startHaproxy, startImported, startLimpet } from './peers.ts'
import type { Peer } from './peers.ts'
import type { Seen } from './scenario.ts'
import { SCENARIOS } from './scenarios.ts'
import { takeover } from './takeover.ts'

const RECORDED = new URL('recorded.json', import.meta.url)
/** Until checks have found dead servers down. */
const SETTLE_MS = 1500

type Sightings = Record<string, readonly Seen[]>

const origins = await startOrigins()
const firstPort = await freePort(SCENARIOS.length)
const ports = SCENARIOS.map((_, i) => firstPort + i)
const directory = makeDirectory(SCENARIOS)
const config = configText(SCENARIOS, ports, origins, directory)

async function sightings(start: (text: string, listening: readonly number[]) => Promise<Peer>): Promise<Sightings> {
  const peer = await start(config, ports)
  try {
    await pass(SETTLE_MS)
    return await drive(SCENARIOS, ports, origins)
  } finally {
    await peer.stop()
  }
}

const version = execFileSync('haproxy', ['-v'], { encoding: 'utf8' }).split('\n')[0]
const haproxy = await sightings(startHaproxy)
let failures = 0
if (process.argv.includes('--record')) {
  writeFileSync(RECORDED, `${JSON.stringify(haproxy, null, 1)}\n`)
  console.log(`recorded ${SCENARIOS.length} scenarios of ${version}`)
} else {
  const recorded = JSON.parse(readFileSync(RECORDED, 'utf8')) as Sightings
  for (const { name } of SCENARIOS) {
    if (JSON.stringify(recorded[name]) === JSON.stringify(haproxy[name])) continue
    failures += 1
    console.log(`recording no longer holds: ${name}`)
  }
}
/** The differences that nobody has explained are told and counted. */
function judge(what: string, limpet: Sightings): number {
  let unexplained = 0
  for (const { name, difference } of SCENARIOS) {
    const found = differencesOf(haproxy[name]!, limpet[name]!)
    if ((difference === undefined) === (found.length === 0)) continue
    unexplained += 1
    const text = difference === undefined ? found.join('\n  ') : `said to differ (${difference}), and does not`
    console.log(`${what}: ${name}:\n  ${text}`)
  }
  return unexplained
}

failures += judge('limpet serve FILE.cfg', await sightings(startLimpet))
failures += judge('limpet import, then serve', await sightings(startImported))
const explained = SCENARIOS.filter(({ difference }) => difference !== undefined).length
const lost = await takeover(ports[0]!, origins)
for (const text of lost) console.log(`takeover: ${text}`)
failures += lost.length
origins.close()
rmSync(directory, { recursive: true })
console.log(
  `${SCENARIOS.length} scenarios against ${version}, served and imported: ${explained} explained differences, ${failures} unexplained; sessions taken over there and back: ${lost.length === 0 ? 'all' : 'NOT all'}`,
)
process.exitCode = failures > 0 ? 1 : 0
