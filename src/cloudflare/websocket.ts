// A WebSocket that is relayed message by message, because one that is passed through never says that it closed.
// Only used where the balance policy counts connections; elsewhere sockets pass through untouched.

/** Close codes that mean "none was given" and "it broke" may be reported but never sent (RFC 6455 section 7.4.1). */
const UNSENDABLE = new Map([
  [1005, 1000],
  [1006, 1011],
  [1015, 1011],
])

export function relayWebSocket(
  response: Response,
  origin: WebSocket,
  onEnd: () => void,
): { readonly response: Response; cut(): void } {
  const [client, ours] = Object.values(new WebSocketPair()) as [WebSocket, WebSocket]
  let ended = false
  const end = () => {
    if (!ended) onEnd()
    ended = true
  }
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
