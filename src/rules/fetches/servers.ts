// Servers and backends, by name. HAProxy: configuration manual 7.3.2.

import type { FetchMaker } from '../tools.ts'

export const nbsrv: FetchMaker = ([backend = '']) => {
  return (_, { facts }) => BigInt(facts.candidates(backend))
}
