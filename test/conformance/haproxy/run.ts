// `npm run conformance`: every scenario against the real HAProxy and against `limpet serve`, with the same file.
// With --record what HAProxy did is written down; without, it must still do what was written.
// With --table it prints who was refused, at which request.
// With --only REGEX it is about the scenarios whose names match, and sessions are not taken over.

import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { setTimeout as pass } from 'node:timers/promises'

import { freePort } from '../../free-ports.ts'
import { scriptOptions } from '../../script-options.ts'
import { differencesOf } from './compare.ts'
import { configText, drive } from './drive.ts'
import { startOrigins } from './origins.ts'
import { makeDirectory, startHaproxy, startImported, startLimpet, stopPeers } from './peers.ts'
import type { Peer } from './peers.ts'
import { readRecordings, writeRecordings } from './recordings.ts'
import type { Sightings } from './recordings.ts'
import { SCENARIOS as ALL } from './scenarios.ts'
import { takeover } from './takeover.ts'

/** Until checks have found dead servers down. */
const SETTLE_MS = 1500

const { values: asked } = scriptOptions(import.meta.url, {
  options: { record: { type: 'boolean' }, table: { type: 'boolean' }, only: { type: 'string' } },
})
const only = asked.only === undefined ? undefined : new RegExp(asked.only)
const SCENARIOS = only ? ALL.filter(({ name }) => only.test(name)) : ALL
if (SCENARIOS.length === 0) {
  console.error(`--only ${asked.only}: no scenario has such a name`)
  process.exit(2)
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void stopPeers().finally(() => process.exit(1)))
}
const directory = makeDirectory(SCENARIOS)

/** With ports and origins of its own: what one does is nothing that another sees. */
async function sightings(start: (text: string, listening: readonly number[]) => Promise<Peer>): Promise<Sightings> {
  const firstPort = await freePort(SCENARIOS.length)
  const ports = SCENARIOS.map((_, i) => firstPort + i)
  const origins = await startOrigins()
  try {
    const peer = await start(configText(SCENARIOS, ports, origins, directory), ports)
    try {
      await pass(SETTLE_MS)
      const seen = await drive(SCENARIOS, ports, origins)
      const fault = peer.fault()
      if (fault !== undefined) throw new Error(fault)
      return seen
    } finally {
      await peer.stop()
    }
  } finally {
    origins.close()
  }
}

/** At once, since most of it is waiting. When one fails the others are ended, so that nothing is left behind. */
async function allSightings(): Promise<[haproxy: Sightings, served: Sightings, imported: Sightings]> {
  try {
    return await Promise.all([sightings(startHaproxy), sightings(startLimpet), sightings(startImported)])
  } catch (error) {
    await stopPeers()
    throw error
  }
}

const version = execFileSync('haproxy', ['-v'], { encoding: 'utf8' }).split('\n')[0]
const [haproxy, served, imported] = await allSightings()
let failures = 0
if (asked.record) {
  writeRecordings(haproxy)
  console.log(`recorded ${SCENARIOS.length} scenarios of ${version}`)
} else {
  const recorded = readRecordings()
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

if (asked.table) {
  const statuses = (seen: Sightings, name: string) => seen[name]!.map(({ status }) => status).join(' ')
  for (const { name } of SCENARIOS) {
    console.log(`${name}\n  HAProxy ${statuses(haproxy, name)}\n  Limpet  ${statuses(served, name)}`)
  }
}
failures += judge('limpet serve FILE.cfg', served)
failures += judge('limpet import, then serve', imported)
const explained = SCENARIOS.filter(({ difference }) => difference !== undefined).length
const lost = only ? [] : await takeover()
for (const text of lost) console.log(`takeover: ${text}`)
failures += lost.length
rmSync(directory, { recursive: true })
console.log(
  `${SCENARIOS.length} scenarios against ${version}, served and imported: ${explained} explained differences, ${failures} unexplained` +
    (only ? '' : `; sessions taken over there and back: ${lost.length === 0 ? 'all' : 'NOT all'}`),
)
process.exitCode = failures > 0 ? 1 : 0
