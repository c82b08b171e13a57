// A WebSocket passes through the runtime, which waits for a side that reads slowly, and never says that it closed. To know
// that, it must be relayed message by message; and a relay can be cut off, on Cloudflare as on workerd. A relay cannot wait: it accepts whatever one side sends, however
// little the other reads, so a client that stops reading costs as much memory as its server sends.

import type { RequestPorts, Watched } from '../../balancer/ports.ts'

/** Close codes that mean "none was given" and "it broke" may be reported but never sent (RFC 6455 section 7.4.1). */
const UNSENDABLE = new Map([
  [1005, 1000],
  [1006, 1011],
  [1015, 1011],
])

interface Known extends Omit<Watched, 'response'> {
  readonly onEnds: (() => void)[]
}

/** What is relayed already: a relay behind the first would cost another copy. */
const known = new WeakMap<WebSocket, Known>()

export function createWhenClosed(countsSockets: boolean): RequestPorts['whenClosed'] {
  return (response, onEnd, mustRelay) => {
    const socket = response.webSocket
    // A 101 without a WebSocket: there is nothing to relay.
    if (!socket) return undefined
    const before = known.get(socket)
    if (before) {
      before.onEnds.push(onEnd)
      return { ...before, response }
    }
    if (!countsSockets && !mustRelay) return undefined
    const onEnds = [onEnd]
    const made = relay(response, socket, () => {
      for (const each of onEnds.splice(0)) each()
    })
    known.set(made.response.webSocket!, { ...made, onEnds })
    return made
  }
}

function relay(response: Response, origin: WebSocket, end: () => void): Watched {
  const [client, ours] = Object.values(new WebSocketPair()) as [WebSocket, WebSocket]
  connect(origin, ours, end)
  connect(ours, origin, end)
  // Of the two kinds a binary message may come as, only this one can be sent on as it is.
  origin.binaryType = 'arraybuffer'
  ours.binaryType = 'arraybuffer'
  origin.accept()
  ours.accept()
  return {
    response: new Response(null, { status: 101, headers: response.headers, webSocket: client }),
    // 1001: an endpoint goes away (RFC 6455 section 7.4.1).
    cut() {
      close(origin, 1001, '')
      close(ours, 1001, '')
      end()
    },
    passedBytes: () => 0,
  }
}

function connect(from: WebSocket, to: WebSocket, end: () => void): void {
  from.addEventListener('message', ({ data }) => {
    try {
      to.send(data)
    } catch {
      close(from, 1011, '')
      end()
    }
  })
  from.addEventListener('close', ({ code, reason }) => {
    close(to, UNSENDABLE.get(code) ?? code, reason)
    close(from, UNSENDABLE.get(code) ?? code, reason)
    end()
  })
  from.addEventListener('error', () => {
    close(to, 1011, '')
    end()
  })
}

function close(socket: WebSocket, code: number, reason: string): void {
  try {
    socket.close(code, reason)
  } catch {
    // It is closed already.
  }
}
