// Frontends, backends and servers: what they are called, and which state they are in. HAProxy: configuration manual 7.3.2, 7.3.3.

import { proxiesOf } from '../../config/proxies.ts'
import type { Facts } from '../facts.ts'
import type { FetchMaker } from '../tools.ts'
import { backendNamed, ofBackend, ofServer, serverNamed } from './known.ts'

export const nbsrv: FetchMaker = (given) => ofBackend(given, ({ pool }) => BigInt(pool.candidates().length))

export const feName: FetchMaker = () => {
  return ({ asked }) => asked.frontend.name
}

export const feDefbe: FetchMaker = () => {
  return ({ asked }) => asked.frontend.defaultBackend ?? undefined
}

export const feId: FetchMaker = () => {
  return ({ asked }, { facts }) => numberOf(asked.frontend.name, facts)
}

export const feClientTimeout: FetchMaker = () => {
  return ({ asked }) => BigInt(asked.frontend.timeoutClientMs ?? 0)
}

export const beName: FetchMaker = () => {
  return (transaction, { facts }) => backendNamed('', transaction, facts)?.backend.name
}

export const beId: FetchMaker = () => {
  return (transaction, { facts }) => {
    const known = backendNamed('', transaction, facts)
    return known && numberOf(known.backend.name, facts)
  }
}

export const beServerTimeout: FetchMaker = () => {
  return (transaction, { facts }) => {
    const known = backendNamed('', transaction, facts)
    return known && BigInt(known.backend.timeoutServerMs)
  }
}

function numberOf(name: string, { config }: Facts): bigint | undefined {
  const proxy = proxiesOf(config).find((each) => each.name === name)
  return proxy && BigInt(proxy.id)
}

export const srvName: FetchMaker = () => {
  return ({ server }) => server ?? undefined
}

export const release: FetchMaker = () => {
  return (transaction) => transaction.release?.name ?? undefined
}

export const srvId: FetchMaker = () => {
  return (transaction, { facts }) => {
    const { server } = transaction
    const known = server === null ? undefined : serverNamed(server, transaction, facts)
    return known && BigInt(known.server.server.id)
  }
}

export const srvIsUp: FetchMaker = (given) => ofServer(given, (member, { pool }) => pool.servable(member))

export const srvIweight: FetchMaker = (given) => ofServer(given, ({ server }) => BigInt(server.weight))

export const srvUweight: FetchMaker = (given) => ofServer(given, ({ status }) => BigInt(status.weight))

/** In its slowstart a server has as many sixteenths of its weight as HAProxy gives it. */
export const srvWeight: FetchMaker = (given) =>
  ofServer(given, ({ server, status }, _, { now }) => {
    const { health, weight, startedMs = 0 } = status
    if (health !== 'starting' || !server.slowstartMs) return BigInt(weight)
    const sixteenths = Math.min(16, Math.floor((16 * (now() - startedMs)) / server.slowstartMs) + 1)
    return BigInt(Math.ceil((weight * sixteenths) / 16))
  })
