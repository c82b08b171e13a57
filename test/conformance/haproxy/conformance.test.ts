// Limpet against what the real HAProxy was recorded to do (recorded/; `npm run conformance -- --record` makes it anew).

import { setTimeout as pass } from 'node:timers/promises'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { freePort } from '../../free-ports.ts'
import { differencesOf } from './compare.ts'
import { configText, drive } from './drive.ts'
import { startOrigins } from './origins.ts'
import type { Origins } from './origins.ts'
import { makeDirectory, startLimpet, stopPeers } from './peers.ts'
import { readRecordings } from './recordings.ts'
import type { Sightings } from './recordings.ts'
import { SCENARIOS } from './scenarios.ts'

const RECORDED = readRecordings()
/** Until checks have found dead servers down. */
const SETTLE_MS = 1500
/** Some 4,000 requests one after the other, on a machine that may be busy. */
const DRIVE_TIMEOUT_MS = 900_000

describe('limpet serve, with the file that HAProxy was given', () => {
  let origins: Origins
  let seen: Sightings

  beforeAll(async () => {
    origins = await startOrigins()
    const firstPort = await freePort(SCENARIOS.length)
    const ports = SCENARIOS.map((_, i) => firstPort + i)
    await startLimpet(configText(SCENARIOS, ports, origins, makeDirectory(SCENARIOS)), ports)
    await pass(SETTLE_MS)
    seen = await drive(SCENARIOS, ports, origins)
    await stopPeers()
  }, DRIVE_TIMEOUT_MS)
  afterAll(async () => {
    await stopPeers()
    origins.close()
  })

  it('has a recording of every scenario, and no other', () => {
    expect(Object.keys(RECORDED).toSorted()).toEqual(SCENARIOS.map(({ name }) => name).toSorted())
  })

  it.each(SCENARIOS.filter(({ difference }) => difference === undefined))('$name', ({ name }) => {
    expect(differencesOf(RECORDED[name]!, seen[name]!)).toEqual([])
  })

  it.each(SCENARIOS.filter(({ difference }) => difference !== undefined))('$name differs: $difference', ({ name }) => {
    expect(differencesOf(RECORDED[name]!, seen[name]!)).not.toEqual([])
  })
})
