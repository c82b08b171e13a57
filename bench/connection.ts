// One connection to a balancer, over which prepared bytes are written and answers counted: so little work in this process that the
// balancer has the machine.

import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'

import type { ClientRequest } from './clients.ts'
import { inTime } from './in-time.ts'
import { START_TIMEOUT_MS } from './processes.ts'
import type { Balancer } from './processes.ts'

/** What became of one request: the status line and headers of its answer, without the empty line. */
type Answered = (head: string, tookMs: number) => 'more' | 'enough'

export interface Connection {
  /** One request at a time, each client in its turn, until it is enough. Rejects if anything but a 200 comes. */
  send(answered: Answered): Promise<void>
  close(): void
}

const HEADERS_END = '\r\n\r\n'

export async function openConnection({ url }: Balancer, requests: readonly ClientRequest[]): Promise<Connection> {
  const { hostname, port, host } = new URL(url)
  const messages = requests.map(({ path, headers }) => {
    const lines = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
    return Buffer.from(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1')
  })
  const socket = connect(Number(port), hostname)
  await inTime(url, once(socket, 'connect'), START_TIMEOUT_MS)
  socket.setNoDelay(true)
  const { promise: broken, reject } = Promise.withResolvers<never>()
  // It is looked at while something is sent.
  broken.catch(() => undefined)
  let visit: (head: string) => void = () => reject(new Error('an answer that nobody asked for'))
  let next = 0
  readAnswers(socket, (head) => visit(head))
  socket.on('error', reject)
  socket.on('close', () => reject(new Error('the connection was closed')))
  return {
    async send(answered) {
      const { promise: done, resolve } = Promise.withResolvers<void>()
      let sentMs = 0
      const write = () => {
        sentMs = performance.now()
        socket.write(messages[next++ % messages.length]!)
      }
      visit = (head) => {
        const status = statusOf(head)
        if (status !== 200) return reject(new Error(`answered ${status}`))
        if (answered(head, performance.now() - sentMs) === 'more') write()
        else resolve()
      }
      write()
      await Promise.race([done, broken])
    },
    close: () => void socket.destroy(),
  }
}

function statusOf(head: string): number {
  return Number(head.slice(9, 12))
}

/** Of messages with a Content-Length: the origin's have one, and no balancer changes that. */
function readAnswers(socket: Socket, visit: (head: string) => void): void {
  let read = ''
  let head = ''
  let end = Infinity
  socket.on('data', (chunk) => {
    read += chunk.toString('latin1')
    if (end === Infinity) {
      const headersEnd = read.indexOf(HEADERS_END)
      if (headersEnd === -1) return
      head = read.slice(0, headersEnd)
      const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
      if (length === undefined) {
        return void socket.destroy(new Error(`answered ${statusOf(head)} without a Content-Length`))
      }
      end = headersEnd + HEADERS_END.length + Number(length)
    }
    if (read.length < end) return
    read = read.slice(end)
    end = Infinity
    visit(head)
  })
}
