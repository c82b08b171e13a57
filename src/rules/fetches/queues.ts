// How many requests wait for a slot in this isolate. HAProxy: configuration manual 7.3.2.

import { ofBackend, ofServer } from './known.ts'
import type { FetchMaker } from '../tools.ts'

export const queue: FetchMaker = (given) => ofBackend(given, ({ admission }) => BigInt(admission?.waiting() ?? 0))

/** For each server that gets new clients, rounded up; twice as many if there is none. */
export const avgQueue: FetchMaker = (given) =>
  ofBackend(given, ({ admission, pool }) => {
    const waiting = admission?.waiting() ?? 0
    const servers = pool.candidates().length
    return BigInt(servers === 0 ? waiting * 2 : Math.ceil(waiting / servers))
  })

export const srvQueue: FetchMaker = (given) =>
  ofServer(given, (member, { admission }) => BigInt(admission?.bound(member) ?? 0))
