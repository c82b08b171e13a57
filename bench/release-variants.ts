// `npm run bench -- --releases`: what releases cost a client that comes back with its server's cookie and its pin. Both rows have the
// same servers; nothing is written to either client.

import { datesOfPin, createPinCodec } from '../src/releases/pin.ts'
import { importCookieKeys } from '../src/persistence/sealed.ts'
import { NO_DATES } from '../src/persistence/dates.ts'
import type { Bundle, Releases } from './bundled.ts'
import { BACKEND, COOKIE_KEYS, returningClients, SERVERS } from './clients.ts'
import type { ClientRequest } from './clients.ts'
import { probe } from './load.ts'
import type { Balancer } from './processes.ts'
import { bundleOf, CLIENTS, limpet } from './worker-variants.ts'
import type { Variant } from './worker-variants.ts'

const PIN = 'RELEASE'
const [OLD, CURRENT] = ['r1', 'r2']
const DAY_S = 86_400
/** So long that a pin is written anew only twice a day, not in the middle of a run. */
const LIMITS = { maxidleS: 4 * DAY_S, maxlifeS: 8 * DAY_S }
const RELEASES: Releases = {
  releases: { list: [OLD, CURRENT], current: CURRENT, cookie: { name: PIN, maxidle: '4d', maxlife: '8d' } },
  of: Object.fromEntries(SERVERS.map((server, i) => [server, i === 0 ? OLD : CURRENT])),
}

/** The first is the same without releases. `other`: another checkout, beside this one. */
export async function createReleaseVariants(other?: string): Promise<readonly [Variant, ...Variant[]]> {
  const without = await returningClients(CLIENTS, 'fresh')
  const pinned = await withPins(without)
  const plain = limpet(without, 'returning', {})
  const released = (name: string, bundle?: Bundle): Variant => {
    const variant = limpet(pinned, 'returning', { releases: RELEASES, ...(bundle ? { bundle } : {}) })
    return {
      ...variant,
      name,
      target: 1.05,
      async verify(balancer) {
        await variant.verify(balancer)
        await expectPinsKept(balancer, pinned, without)
      },
    }
  }
  return [
    { ...plain, name: 'no releases', target: undefined },
    released('a pin and a cookie'),
    ...(other === undefined ? [] : [released('a pin and a cookie, there', await bundleOf(other))]),
  ]
}

/** Each client's of the release of the server that its cookie names, in a bucket of its own. */
async function withPins(clients: readonly ClientRequest[]): Promise<readonly ClientRequest[]> {
  const codec = await createPinCodec(await importCookieKeys(COOKIE_KEYS), [BACKEND], PIN, [OLD, CURRENT])
  const nowS = Math.floor(Date.now() / 1000)
  const dates = datesOfPin(LIMITS, NO_DATES, nowS)
  const pins = clients.map((_, i) => codec.encode(RELEASES.of[SERVERS[i % SERVERS.length]!]!, i % 256, dates))
  return Promise.all(
    clients.map(async ({ path, headers }, i) => ({
      path,
      headers: { ...headers, cookie: `${headers['cookie']}; ${PIN}=${await pins[i]!}` },
    })),
  )
}

/** That a client without a pin gets one says that pins are read at all. */
async function expectPinsKept(
  balancer: Balancer,
  pinned: readonly ClientRequest[],
  without: readonly ClientRequest[],
): Promise<void> {
  for (const client of pinned.slice(0, SERVERS.length)) {
    const { setCookies } = await probe(balancer, client)
    if (setCookies.length > 0) throw new Error(`wrote [${String(setCookies)}] to a client that has it all`)
  }
  const { setCookies } = await probe(balancer, without[0]!)
  if (!setCookies.some((line) => line.startsWith(`${PIN}=`))) throw new Error('gave a client without a pin none')
}
