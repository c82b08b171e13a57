import { describe, expect, it } from 'vitest'

import { arrivalBySocket, peerAddressOf, peerPortOf } from './arrival.ts'
import type { RequestContext } from './arrival.ts'

describe('the peer', () => {
  it.each([
    ['192.0.2.7:4711', '192.0.2.7', 4711],
    ['[2001:DB8::7]:4711', '2001:db8::7', 4711],
    ['[::ffff:192.0.2.7]:4711', '192.0.2.7', 4711],
    ['192.0.2.7', '192.0.2.7', 0],
    // A Unix socket has no address.
    ['unix:/run/limpet.sock', '', 0],
    ['unknown', '', 0],
    ['', '', 0],
  ])('%s is %s, port %i', (clientIp, address, port) => {
    expect([peerAddressOf(clientIp), peerPortOf(clientIp)]).toEqual([address, port])
  })
})

describe('the socket', () => {
  const request = Object.assign(new Request('http://x/'), { cf: { clientIp: '192.0.2.7:4711' } })
  const contextOf = (props?: object) => {
    let reads = 0
    const ctx: RequestContext = {
      waitUntil: () => undefined,
      get props() {
        reads += 1
        return props
      },
    }
    return { ctx, reads: () => reads }
  }

  it('is read when somebody asks, and not before', () => {
    const { ctx, reads } = contextOf({ port: 8080, frontends: ['www'] })
    const { socket, peerAddress } = arrivalBySocket(request, ctx, undefined)
    expect([peerAddress, reads()]).toEqual(['192.0.2.7', 0])
    expect([socket.port, socket.frontends]).toEqual([8080, ['www']])
  })

  it('is not read if it is the only one', () => {
    const { ctx, reads } = contextOf({ port: 8080 })
    const { socket } = arrivalBySocket(request, ctx, { port: 8081 })
    expect([socket.port, socket.frontends, reads()]).toEqual([8081, undefined, 0])
  })

  it('may say nothing', () => {
    const { ctx } = contextOf()
    const { socket } = arrivalBySocket(request, ctx, undefined)
    expect([socket.port, socket.frontends]).toEqual([undefined, undefined])
  })
})
