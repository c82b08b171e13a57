// The client and its connection. HAProxy: configuration manual 7.3.3, 7.3.4.

import { isIpLiteral } from '../../config/network.ts'
import { versionOf } from '../../http/protocol.ts'
import type { FetchMaker } from '../tools.ts'
import { Ip } from '../values.ts'

export const src: FetchMaker = () => {
  return ({ asked: { clientAddress } }) => (clientAddress === '' ? undefined : new Ip(clientAddress))
}

export const srcPort: FetchMaker = () => {
  return ({ asked }) => {
    const port = asked.peerPort()
    return port === 0 ? undefined : BigInt(port)
  }
}

export const dstPort: FetchMaker = () => {
  return ({ asked }) => BigInt(asked.port())
}

export const sslFc: FetchMaker = () => {
  return ({ asked }) => asked.scheme === 'https'
}

/** An address is not sent in a TLS handshake (RFC 6066 section 3). */
export const sslFcSni: FetchMaker = () => {
  return ({ asked: { scheme, host } }) => {
    const name = host.replace(/:\d+$/, '')
    return scheme === 'https' && !isIpLiteral(name) ? name : undefined
  }
}

export const fcHttpMajor: FetchMaker = () => {
  return ({ request }) => BigInt(versionOf(request)[0]!)
}

export const uniqueId: FetchMaker = () => {
  return ({ uniqueId: made }) => made?.()
}
