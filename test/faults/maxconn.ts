// Two servers with maxconn 200 and 1,000 requests in parallel over four isolates: how many each ever had at once, how much
// of the limit's throughput is reached, and whether a request was lost.

import { text } from 'node:stream/consumers'

import { exchange, print, startLimpet, startOrigin } from './processes.ts'

const MAXCONN = 200
const CLIENTS = 1_000
const ISOLATES = 4
const TAKES_MS = 1_000
const WATCH_MS = 16_000

/** Exit status. */
export async function printMaxconn(): Promise<number> {
  const origins = await Promise.all(['s1', 's2'].map((name) => startOrigin(name)))
  for (const origin of origins) await origin.tell(`takes 1 s`)
  const servers = origins.map(({ port }, i) => ({
    name: `s${i + 1}`,
    url: `http://127.0.0.1:${port}`,
    maxconn: MAXCONN,
  }))
  const config = { log: 'off', backends: [{ name: 'app', servers, timeouts: { queue: '30s' } }] }
  const limpet = await startLimpet('maxconn.json', JSON.stringify(config), { isolates: ISOLATES })
  try {
    let served = 0
    let lost = 0
    let isSettled = false
    const endMs = Date.now() + WATCH_MS
    const settledMs = endMs - WATCH_MS / 2
    const client = async (i: number) => {
      while (Date.now() < endMs) {
        const made = await exchange(limpet.port + (i % ISOLATES), {}).catch(() => undefined)
        const body = made && (await text(made.response).catch(() => undefined))
        isSettled ||= Date.now() > settledMs
        if (made?.status !== 200 || body === undefined) lost += 1
        else if (isSettled && Date.now() < endMs) served += 1
      }
    }
    await Promise.all(Array.from({ length: CLIENTS }, (_, i) => client(i)))
    const most = await Promise.all(origins.map((origin) => origin.most()))
    const limitPerS = (origins.length * MAXCONN * 1000) / TAKES_MS
    const perS = served / (WATCH_MS / 2 / 1000)
    print([
      ['clients', 'isolates', 'most at once', 'requests/s', 'of the limit', 'lost'],
      [
        String(CLIENTS),
        String(ISOLATES),
        most.join(' and '),
        perS.toFixed(0),
        `${((100 * perS) / limitPerS).toFixed(0)} %`,
        String(lost),
      ],
    ])
    return lost === 0 && Math.max(...most) <= MAXCONN ? 0 : 1
  } finally {
    await limpet.stop()
    for (const origin of origins) origin.end()
  }
}
