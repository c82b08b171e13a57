// The client and its connection. HAProxy: configuration manual 7.3.3.

import type { FetchMaker } from '../tools.ts'
import { Ip } from '../values.ts'

export const src: FetchMaker = () => {
  return ({ asked: { clientAddress } }) => (clientAddress === '' ? undefined : new Ip(clientAddress))
}

export const dstPort: FetchMaker = () => {
  return ({ asked }) => BigInt(asked.port)
}

export const sslFc: FetchMaker = () => {
  return ({ asked }) => asked.scheme === 'https'
}

export const uniqueId: FetchMaker = () => {
  return ({ uniqueId: made }) => made?.()
}
