// `npm run conformance`: every scenario against the real HAProxy and against `limpet serve`, with the same file.
// With --record what HAProxy did is written down; without, it must still do what was written.

import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as pass } from 'node:timers/promises'

import { freePort } from '../../free-ports.ts'
import { differencesOf } from './compare.ts'
import { configText, drive } from './drive.ts'
import { startOrigins } from './origins.ts'
import { startHaproxy, startLimpet } from './peers.ts'
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
const config = configText(SCENARIOS, ports, origins)

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
const limpet = await sightings(startLimpet)
let explained = 0
for (const { name, difference } of SCENARIOS) {
  const found = differencesOf(haproxy[name]!, limpet[name]!)
  if (difference !== undefined) {
    explained += 1
    if (found.length > 0) continue
    failures += 1
    console.log(`${name}: said to differ (${difference}), and does not`)
  } else if (found.length > 0) {
    failures += 1
    console.log(`${name}:\n  ${found.join('\n  ')}`)
  }
}
const lost = await takeover(ports[0]!, origins)
for (const text of lost) console.log(`takeover: ${text}`)
failures += lost.length
origins.close()
console.log(
  `${SCENARIOS.length} scenarios against ${version}: ${explained} explained differences, ${failures} unexplained; sessions taken over there and back: ${lost.length === 0 ? 'all' : 'NOT all'}`,
)
process.exitCode = failures > 0 ? 1 : 0
