// Requests that come back to the balancer they came from.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import type { LimpetConfig } from '../../src/config/options/root.ts'
import { freePort } from '../free-ports.ts'
import { exchange, spawnServe, startLimpet, startOrigin, temporaryDirectory, until } from './harness.ts'

const HEADER = 'x-limpet-passages'

const leadingTo = (port: number, more: Partial<LimpetConfig> = {}): LimpetConfig => ({
  backends: [{ name: 'app', servers: [{ name: 's1', url: `http://127.0.0.1:${port}` }] }],
  ...more,
})

/** Two that name each other. */
async function startTwo(more: Partial<LimpetConfig> = {}) {
  const port = await freePort(2)
  const directory = temporaryDirectory()
  const serving = await Promise.all(
    [0, 1].map(async (i) => {
      const file = join(directory, `${i}.json`)
      writeFileSync(file, JSON.stringify(leadingTo(port + (1 - i), more)))
      const one = spawnServe([file, '--listen', `127.0.0.1:${port + i}`])
      await one.listening(1)
      return one
    }),
  )
  return { url: `http://127.0.0.1:${port}`, serving }
}

/** What an origin received as this header. */
function passagesSeen(body: string): string | undefined {
  const { headers } = JSON.parse(body) as { headers: readonly string[] }
  const at = headers.findIndex((name) => name.toLowerCase() === HEADER)
  return at === -1 ? undefined : headers[at + 1]
}

describe('two balancers that name each other', () => {
  it('answer 508 when a request passes the first for the fifth time', async () => {
    const { url, serving } = await startTwo()
    const startedMs = performance.now()
    const answer = await exchange(`${url}/`)
    expect(answer.status).toBe(508)
    expect(answer.body).toContain('508 Loop Detected')
    expect(performance.now() - startedMs).toBeLessThan(3_000)
    const lines = () => serving.map((each) => each.log().filter((line) => 'verdict' in line).length)
    await until(() => lines()[0] === 5)
    expect(lines()).toEqual([5, 4])
  })

  it('with a frontend whose places are all taken by it, too', async () => {
    const { url } = await startTwo({ frontends: [{ name: 'www', defaultBackend: 'app', maxconn: 4 }] })
    expect((await exchange(`${url}/`)).status).toBe(508)
  })

  it('as often as maxPassages says', async () => {
    const { url, serving } = await startTwo({ maxPassages: 1 })
    expect((await exchange(`${url}/`)).status).toBe(508)
    await until(() => serving[0]!.log().filter((line) => line['status'] === 508).length === 2)
  })
})

describe('the count of passages', () => {
  it('is of a deployment, and no name of it: a chain of two is passed once each', async () => {
    const origin = await startOrigin('s1')
    const inner = await startLimpet(leadingTo(origin.port, { maxPassages: 1 }))
    const outer = await startLimpet(leadingTo(Number(new URL(inner.url).port), { maxPassages: 1 }))
    const answer = await exchange(`${outer.url}/echo`)
    expect(answer.status).toBe(200)
    expect(passagesSeen(answer.body)).toMatch(/^[\w-]{12}=1, [\w-]{12}=1$/)
  })

  it('that a client makes up harms nobody else', async () => {
    const origin = await startOrigin('s1')
    const limpet = await startLimpet(leadingTo(origin.port))
    const own = passagesSeen((await exchange(`${limpet.url}/echo`)).body)!
    const forged = own.replace('=1', '=77')
    for (const value of ['=', ',,,', 'x'.repeat(4_000), `${own}\u00ff`, Array(500).fill('AAAAAAAAAAAA=1').join(',')]) {
      expect((await exchange(`${limpet.url}/echo`, { headers: { [HEADER]: value } })).status).toBe(200)
    }
    expect((await exchange(`${limpet.url}/echo`, { headers: { [HEADER]: forged } })).status).toBe(508)
    expect((await exchange(`${limpet.url}/echo`)).status).toBe(200)
  })

  it('is not there with maxPassages: false, and survives a restart with the state directory', async () => {
    const origin = await startOrigin('s1')
    const off = await startLimpet(leadingTo(origin.port, { maxPassages: false }))
    expect(passagesSeen((await exchange(`${off.url}/echo`)).body)).toBeUndefined()
    const state = temporaryDirectory()
    const seen: (string | undefined)[] = []
    for (let i = 0; i < 2; i++) {
      const limpet = await startLimpet(leadingTo(origin.port), { state, isolates: 2 })
      for (const url of limpet.urls) seen.push(passagesSeen((await exchange(`${url}/echo`)).body))
      await limpet.stop()
    }
    expect(new Set(seen).size).toBe(1)
  })
})
