// A gradual deployment of `releases`, and its roll-back: a Limpet with them and one without, under the same keys, serve the same clients in
// turns. One without treats a pin as all versions before releases do: it is a cookie of the application, and is handed on.

import { expect, it } from 'vitest'

import type { LimpetConfig } from '../../src/config/options/root.ts'
import { Client, sessionOf, startLimpet, startOrigins } from './harness.ts'
import type { Origin } from './harness.ts'

const CLIENTS = 36
const environment = { LIMPET_COOKIE_KEYS: 'a key of two deployments that take turns' }
const DOCUMENT = { accept: 'text/html', 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate' }
const PART = { accept: '*/*', 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'cors' }

/** The release and the client's number: what follows in a pin are dates, which change while a busy machine runs this. */
const PIN_BYTES = 10
const pinOf = ({ cookies }: Client) =>
  Buffer.from(cookies.get('RELEASE') ?? '', 'base64url')
    .subarray(0, PIN_BYTES)
    .toString('hex')

const configOf = (origins: readonly Origin[], documents?: 'own' | 'current'): LimpetConfig => ({
  log: 'off',
  backends: [
    {
      name: 'app',
      cookie: { name: 'SERVERID' },
      ...(documents && { releases: { list: ['r1'], current: 'r1', documents } }),
      servers: origins.map(({ name, url }) => ({ name, url, ...(documents && { release: 'r1' }) })),
    },
  ],
})

it.each(['own', 'current'] as const)(
  "documents '%s': nobody loses a session in turns, nor after a roll-back",
  async (documents) => {
    const origins = await startOrigins(3)
    const [before, after] = await Promise.all([
      startLimpet(configOf(origins), { environment }),
      startLimpet(configOf(origins, documents), { environment }),
    ])
    const clients = Array.from({ length: CLIENTS }, () => new Client())
    let handedOn = 0
    /** All, one request each; `turn`: which Limpet a client asks. */
    const ask = (turn: (i: number) => { readonly url: string }, headers: Readonly<Record<string, string>>) =>
      Promise.all(
        clients.map(async (client, i) => {
          const limpet = turn(i)
          const hadPin = client.cookies.has('RELEASE')
          const answer = await client.get(`${limpet.url}/`, { headers: { ...headers, 'user-agent': `client ${i}` } })
          expect(answer.status).toBe(200)
          const { name, visits, lost, cookie } = sessionOf(answer)
          const seesPin = cookie?.includes('RELEASE=') ?? false
          expect(seesPin).toBe(hadPin && limpet === before)
          if (seesPin) handedOn++
          return { name, visits, lost }
        }),
      )
    const first = await ask((i) => (i % 2 === 0 ? before : after), DOCUMENT)
    const expectKept = (answers: typeof first, visits: number) =>
      expect(answers).toEqual(first.map(({ name }) => ({ name, visits, lost: false })))
    expect(new Set(first.map(({ name }) => name)).size).toBe(3)

    for (let round = 2; round <= 7; round++)
      expectKept(await ask((i) => ((i + round) % 2 === 0 ? before : after), round % 3 === 0 ? PART : DOCUMENT), round)
    const pins = clients.map(pinOf)
    expect(pins.every((pin) => pin.length === 2 * PIN_BYTES)).toBe(true)

    // Rolled back, and deployed again: the pins are those from before.
    for (const [round, limpet] of [before, before, after, after].entries())
      expectKept(await ask(() => limpet, round % 2 === 0 ? DOCUMENT : PART), 8 + round)
    expect(clients.map(pinOf)).toEqual(pins)
    expect(handedOn).toBeGreaterThan(2 * CLIENTS)
  },
)
