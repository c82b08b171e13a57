// What becomes of a request, and of an answer, on its way through the platform: the table of docs/haproxy.md, row by row.

import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'

import { describe, expect, it, onTestFinished } from 'vitest'

import { freePort } from '../free-ports.ts'
import { startLimpet, temporaryDirectory } from './harness.ts'

const DOCUMENT = readFileSync(new URL('../../docs/haproxy.md', import.meta.url), 'utf8')

/** Raw bytes in, raw bytes out. Every request gets the same answer. */
async function startRawOrigin(answer: string) {
  let received = ''
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1')
      socket.end(answer)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take() {
      const taken = received
      received = ''
      return taken
    },
  }
}

async function send(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  socket.write(Buffer.from(text, 'latin1'))
  await once(socket, 'close')
  return Buffer.concat(chunks).toString('latin1')
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok'
const get = (target: string, host = 'x', version = '1.1', lines: readonly string[] = []) => {
  const sent = [...(host === '' ? [] : [`Host: ${host}`]), ...lines, 'Connection: close']
  return `GET ${target} HTTP/${version}\r\n${sent.join('\r\n')}\r\n\r\n`
}
const withLines = (...lines: readonly string[]) => get('/', 'x', '1.1', lines)

interface Row {
  /** The row's first cell. */
  readonly row: string
  readonly sent: string
  /** Part of what the server gets; undefined: nothing, the client is answered with 400. */
  readonly got: string | undefined
}

const ROWS: readonly Row[] = [
  { row: '`Host: Example.COM:80`', sent: get('/', 'Example.COM:80'), got: '\r\nHost: example.com\r\n' },
  { row: '`Host: 1.2.3`', sent: get('/', '1.2.3'), got: '\r\nHost: 1.2.0.3\r\n' },
  { row: 'a `Host` that is not a name', sent: get('/', 'a b'), got: undefined },
  { row: '`/a/../b`, `/a/%2e%2e/b`', sent: get('/a/%2e%2e/b'), got: 'GET /b HTTP' },
  { row: '`{ } ^ "` in a path', sent: get('/{}^"'), got: 'GET /%7B%7D%5E%22 HTTP' },
  { row: '`\\` in a path', sent: get('/a\\b'), got: 'GET /a/b HTTP' },
  { row: "`'` in a query", sent: get("/?a'b"), got: 'GET /?a%27b HTTP' },
  ...['/a<b', '/a>b', '/a`b'].map((path) => ({
    row: '`` < > ` `` in a path',
    sent: get(path),
    got: undefined,
  })),
  ...['/?a<b', '/?a>b', '/?a"b'].map((path) => ({ row: '`" < >` in a query', sent: get(path), got: undefined })),
  { row: '`#` in a target', sent: get('/a#b'), got: 'GET /a HTTP' },
  { row: 'UTF-8 in a target', sent: get('/\u00c3\u00a9'), got: 'GET /%C3%A9 HTTP' },
  {
    row: '`GET http://other.example/p`',
    sent: get('http://other.example/p'),
    got: 'GET /p HTTP/1.1\r\nHost: x\r\n',
  },
  { row: 'HTTP/1.0 with a Host', sent: get('/', 'x', '1.0'), got: 'GET / HTTP/1.1\r\n' },
  { row: 'HTTP/1.0 without a Host', sent: get('/', '', '1.0'), got: undefined },
  { row: '`X-CusTom: 1`', sent: withLines('X-CusTom: 1'), got: '\r\nX-CusTom: 1\r\n' },
  { row: '`X-CusTom: 1`', sent: withLines('user-agent: a'), got: '\r\nUser-Agent: a\r\n' },
  { row: 'several `X-A` or `Priority`', sent: withLines('X-A: 1', 'X-A: 2'), got: '\r\nX-A: 1\r\nX-A: 2\r\n' },
  ...['Accept', 'Via'].map((name) => ({
    row: 'several `Accept`, `Via` or another common header',
    sent: withLines(`${name}: 1`, `${name}: 2`),
    got: `\r\n${name}: 1, 2\r\n`,
  })),
]

describe('a request under limpet serve', () => {
  it('reaches the server as docs/haproxy.md says', async () => {
    const origin = await startRawOrigin(OK)
    const limpet = await startLimpet({ backends: [{ name: 'app', servers: [{ name: 's1', url: origin.url }] }] })
    for (const { row, sent, got } of ROWS) {
      expect(DOCUMENT).toContain(`| ${row} |`)
      const answer = await send(limpet.url, sent)
      const received = origin.take()
      if (got === undefined) expect([row, answer.slice(9, 12), received]).toEqual([row, '400', ''])
      else expect([row, received]).toEqual([row, expect.stringContaining(got)])
    }
  })

  it('is HTTP/1.1: a client that offers h2 is not given it', async () => {
    expect(DOCUMENT).toContain('| HTTP/2 under serve |')
    const origin = await startRawOrigin(OK)
    const port = await freePort()
    const bind = `127.0.0.1:${port} ssl crt ${join(temporaryDirectory(), 'none.pem')}`
    const config = {
      frontends: [{ name: 'web', bind, defaultBackend: 'app' }],
      backends: [{ name: 'app', servers: [{ name: 's1', url: origin.url }] }],
    }
    await startLimpet(config, { arguments: ['--self-signed'] })
    const socket = connectTls({
      port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      ALPNProtocols: ['h2', 'http/1.1'],
    })
    await once(socket, 'secureConnect')
    expect(socket.alpnProtocol).not.toBe('h2')
    socket.end(get('/'))
    const [chunk] = (await once(socket, 'data')) as [Buffer]
    expect(chunk.toString()).toMatch(/^HTTP\/1\.1 200 OK/)
  })
})

describe('an answer under limpet serve', () => {
  it.each([
    ['is passed on', {}],
    ['gets a cookie', { cookie: { name: 'SERVERID' } }],
  ])('that %s has several lines of a header joined, but for Set-Cookie', async (_, more) => {
    expect(DOCUMENT).toContain('| several `WWW-Authenticate`, `Link` or `Vary` |')
    const lines = ['WWW-Authenticate: Basic realm="a"', 'WWW-Authenticate: Negotiate', 'Link: </a>', 'Link: </b>']
    const cookies = ['Set-Cookie: a=1', 'Set-Cookie: b=2']
    const origin = await startRawOrigin(
      `HTTP/1.1 401 No\r\n${[...lines, ...cookies].join('\r\n')}\r\nContent-Length: 0\r\n\r\n`,
    )
    const limpet = await startLimpet({
      backends: [{ name: 'app', ...more, servers: [{ name: 's1', url: origin.url }] }],
    })
    const answer = await send(limpet.url, get('/'))
    expect(answer).toContain('\r\nWWW-Authenticate: Basic realm="a", Negotiate\r\n')
    expect(answer).toContain('\r\nLink: </a>, </b>\r\n')
    expect(answer).toContain('\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n')
  })
})
