// One request's journey through `limpet serve`: what the origin gets, what the client gets, byte for byte where it counts.

import { createHash, randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { gunzipSync } from 'node:zlib'

import { describe, expect, it } from 'vitest'

import { Client, exchange, sessionOf, startLimpet, startOrigin, startOrigins, until } from './harness.ts'
import type { Answer, Origin } from './harness.ts'

const backend = (origins: readonly Origin[], more: object = {}) => ({
  name: 'app',
  cookie: { name: 'SERVERID' },
  servers: origins.map(({ name, url }) => ({ name, url })),
  ...more,
})

interface Echo {
  name: string
  method: string
  url: string
  headers: string[]
}

function echoOf(answer: Answer): Echo & { header: (name: string) => string[] } {
  const echo = JSON.parse(answer.body) as Echo
  const header = (name: string) =>
    echo.headers.filter((_, i) => i % 2 === 1 && echo.headers[i - 1]!.toLowerCase() === name)
  return { ...echo, header }
}

describe('the request', () => {
  it("carries the client's Host, address, scheme and port, and nothing it forged", async () => {
    const [origin] = await startOrigins(1)
    const limpet = await startLimpet({ backends: [backend([origin!])] })
    const echo = echoOf(
      await exchange(`${limpet.url}/echo?a=1`, {
        headers: {
          host: 'shop.example.com',
          'x-forwarded-for': '203.0.113.9',
          x_forwarded_for: '203.0.113.9',
          'x-forwarded-proto': 'https',
          'x-forwarded-prefix': '/admin',
          'X-Real-IP': '203.0.113.9',
          forwarded: 'for=203.0.113.9',
          'cf-connecting-ip': '203.0.113.9',
          'cf-visitor': 'forged',
          connection: 'keep-alive, x-forwarded-for, x-forwarded-proto',
        },
      }),
    )
    expect(echo.url).toBe('/echo?a=1')
    expect(echo.header('host')).toEqual(['shop.example.com'])
    expect(echo.header('x-forwarded-for')).toEqual(['127.0.0.1'])
    expect(echo.header('x-forwarded-proto')).toEqual(['http'])
    expect(echo.header('x-forwarded-host')).toEqual(['shop.example.com'])
    expect(echo.header('x-forwarded-port')).toEqual([new URL(limpet.url).port])
    expect(JSON.stringify(echo.headers)).not.toContain('203.0.113.9')
    expect(JSON.stringify(echo.headers)).not.toContain('forged')
    expect(JSON.stringify(echo.headers)).not.toContain('/admin')
  })

  it("believes a trusted proxy's X-Forwarded-For, appends to it, and logs the client", async () => {
    const [origin] = await startOrigins(1)
    const limpet = await startLimpet({
      frontends: [{ name: 'www', defaultBackend: 'app', trustedProxies: ['127.0.0.0/8'] }],
      backends: [backend([origin!])],
    })
    const headers = { 'x-forwarded-for': '198.51.100.1, 203.0.113.9', 'x-forwarded-proto': 'https' }
    const answer = await exchange(`${limpet.url}/echo`, { headers })
    const echo = echoOf(answer)
    expect(echo.header('x-forwarded-for').join(', ')).toBe('198.51.100.1, 203.0.113.9, 127.0.0.1')
    expect(echo.header('x-forwarded-proto')).toEqual(['https'])
    expect(answer.setCookie[0]).toContain('; Secure')
    await until(() => limpet.log().length > 0)
    expect(limpet.log()[0]).toMatchObject({ client: '203.0.113.9' })
  })

  it("with the defaults of HAProxy leaves a client's headers alone and adds what is asked for", async () => {
    const [origin] = await startOrigins(1)
    const limpet = await startLimpet({
      defaults: 'haproxy',
      frontends: [{ name: 'www', defaultBackend: 'app', forwardfor: { except: '10.0.0.0/8' } }],
      backends: [backend([origin!])],
    })
    const echo = echoOf(await exchange(`${limpet.url}/echo`, { headers: { 'x-forwarded-for': '203.0.113.9' } }))
    expect(echo.header('x-forwarded-for').join(', ')).toBe('203.0.113.9, 127.0.0.1')
    expect(echo.header('x-forwarded-proto')).toEqual([])
  })

  it('reaches the origin with its Cookie lines as one, without the persistence cookie', async () => {
    const [origin] = await startOrigins(1)
    const limpet = await startLimpet({ backends: [backend([origin!])] })
    const echo = echoOf(
      await exchange(`${limpet.url}/echo`, { headers: { cookie: ['a=1', 'SERVERID=x; b=2', 'c={"d":1,"e":2}'] } }),
    )
    expect(echo.header('cookie')).toEqual(['a=1; b=2; c={"d":1,"e":2}'])
    expect(
      echoOf(await exchange(`${limpet.url}/echo`, { headers: { cookie: 'SERVERID=x' } })).header('cookie'),
    ).toEqual([])
  })

  it('has its dot segments resolved before any rule reads it', async () => {
    const origins = await startOrigins(2)
    const limpet = await startLimpet({
      frontends: [
        { name: 'www', rules: [{ if: { pathBeg: '/admin' }, do: { deny: { status: 403 } } }], defaultBackend: 'app' },
      ],
      backends: [backend(origins)],
    })
    for (const path of [
      '/admin',
      '/x/../admin',
      '/x/%2e%2e/admin',
      '/x/..%2Fadmin/../../admin',
      '/./admin',
      '/x\\..\\admin',
    ]) {
      expect((await exchange(`${limpet.url}${path}`)).status).toBe(403)
    }
    expect(echoOf(await exchange(`${limpet.url}/x/../echo?q=/../y`)).url).toBe('/echo?q=/../y')
  })

  it.each(['u@example.com', 'example.com/x?y', 'u:p@example.com:80', 'exam ple.com', 'example.com#f', 'a,b'])(
    'with the Host %j is refused',
    async (host) => {
      const [origin] = await startOrigins(1)
      const limpet = await startLimpet({ backends: [backend([origin!])] })
      expect((await exchange(`${limpet.url}/echo`, { headers: { host } })).status).toBe(400)
      expect((await origin!.stats()).hits).toBe(1)
    },
  )

  it('streams up, whatever its size, with its length when it had one', async () => {
    const [origin] = await startOrigins(1)
    const limpet = await startLimpet({ backends: [backend([origin!])] })
    for (const bytes of [0, 1, 65_536, 65_537, 20_000_000]) {
      const body = randomBytes(bytes)
      const answer = await exchange(`${limpet.url}/upload`, {
        method: 'POST',
        body,
        headers: { 'content-length': String(bytes) },
      })
      const { headers, ...received } = JSON.parse(answer.body) as { headers: string[] }
      expect(received).toEqual({ name: 's1', bytes, sha256: createHash('sha256').update(body).digest('hex') })
      expect(headers.join(' ').toLowerCase()).toContain(`content-length ${bytes}`)
    }
    const chunked = await exchange(`${limpet.url}/upload`, {
      method: 'PUT',
      body: 'abc',
      headers: { 'transfer-encoding': 'chunked' },
    })
    expect(JSON.parse(chunked.body)).toMatchObject({ bytes: 3 })
  })
})

describe('the response', () => {
  it("keeps every Set-Cookie of the origin and drops its one of the balancer's name", async () => {
    const [origin] = await startOrigins(1)
    const limpet = await startLimpet({ backends: [backend([origin!])] })
    const { setCookie } = await exchange(`${limpet.url}/cookies`)
    expect(setCookie.slice(0, 2)).toEqual(['a=1; Path=/', 'b=2; Expires=Wed, 21 Oct 2037 07:28:00 GMT'])
    expect(setCookie).toHaveLength(3)
    expect(setCookie[2]).toMatch(/^SERVERID=[\w-]{34}; path=\/; HttpOnly; SameSite=Lax$/)
  })

  it('of a cacheable page is private when it carries a cookie, and untouched when it does not', async () => {
    const [origin] = await startOrigins(1)
    const limpet = await startLimpet({ backends: [backend([origin!])] })
    const client = new Client()
    expect((await client.get(`${limpet.url}/cacheable`)).headers['cache-control']).toBe('max-age=60, private')
    const second = await client.get(`${limpet.url}/cacheable`)
    expect(second.headers['cache-control']).toBe('max-age=60')
    expect(second.setCookie).toEqual([])
  })

  it.each([200, 201, 204, 206, 301, 304, 404, 418, 500, 503, 520, 599])(
    'of status %i arrives as it is',
    async (code) => {
      const [origin] = await startOrigins(1)
      const limpet = await startLimpet({ backends: [backend([origin!])] })
      const path = [204, 304].includes(code) ? 'empty' : 'status'
      const answer = await exchange(`${limpet.url}/${path}?code=${code}`)
      expect(answer.status).toBe(code)
      expect(answer.body).toBe(path === 'status' ? 'body' : '')
      expect(answer.setCookie).toHaveLength(1)
      expect((await origin!.stats()).hits).toBe(2)
    },
  )

  it('to a GET that says it has no bytes is like any other; one with a body cannot be passed on, and blames nobody', async () => {
    const origins = await startOrigins(2)
    const limpet = await startLimpet({ backends: [backend(origins)] })
    for (const method of ['GET', 'HEAD', 'DELETE', 'POST']) {
      const answer = await exchange(`${limpet.url}/`, { method, headers: { 'content-length': '0' } })
      expect([method, answer.status]).toEqual([method, 200])
    }
    for (const headers of [{ 'content-length': '3' }, { 'transfer-encoding': 'chunked' }]) {
      for (let i = 0; i < 2; i++) {
        const answer = await exchange(`${limpet.url}/`, { headers, body: 'abc' })
        expect([answer.status, answer.body]).toEqual([
          400,
          expect.stringContaining('A GET or HEAD request with a body'),
        ])
      }
    }
    for (const method of ['GET', 'HEAD', 'DELETE', 'POST']) {
      const answer = await exchange(`${limpet.url}/`, { method, headers: { 'transfer-encoding': 'chunked' } })
      expect([method, answer.status]).toEqual([method, 200])
    }
    const names = new Set<string>()
    for (let i = 0; i < 4; i++) names.add(sessionOf(await exchange(`${limpet.url}/`)).name)
    expect(names.size).toBe(2)
    await until(() => limpet.log().length === 16)
    expect(limpet.log().every((line) => line['retries'] === 0)).toBe(true)
  })

  it.each([600, 999])('of status %i cannot be passed on: it is asked for again, then 502', async (code) => {
    const [origin, other] = await startOrigins(2)
    const unusable = await startLimpet({ backends: [backend([origin!])] })
    expect((await exchange(`${unusable.url}/status?code=${code}`)).status).toBe(502)
    expect((await origin!.stats()).hits).toBe(1 + 4)
    const once = await startLimpet({ backends: [backend([other!], { retryOn: ['conn-failure'] })] })
    expect((await exchange(`${once.url}/status?code=${code}`)).status).toBe(502)
    expect((await other!.stats()).hits).toBe(1 + 1)
  })

  it.each(['roundrobin', 'leastconn'])(
    'under %s keeps redirects, ranges, HEAD and compressed bytes',
    async (balance) => {
      const [origin] = await startOrigins(1)
      const limpet = await startLimpet({ backends: [backend([origin!], { balance })] })
      const moved = await exchange(`${limpet.url}/redirect?to=http://elsewhere.example/`)
      expect([moved.status, moved.headers.location]).toEqual([302, 'http://elsewhere.example/'])
      const range = await exchange(`${limpet.url}/range`, { headers: { range: 'bytes=2-4' } })
      expect([range.status, range.headers['content-range'], range.body]).toEqual([206, 'bytes 2-4/10', '234'])
      const head = await exchange(`${limpet.url}/big?bytes=5000`, { method: 'HEAD' })
      expect([head.status, head.headers['content-length'], head.body]).toEqual([200, '5000', ''])
      const direct = await rawBody(`${origin!.url}/gzip`)
      const through = await rawBody(`${limpet.url}/gzip`)
      expect(through.equals(direct)).toBe(true)
      expect(gunzipSync(through).toString()).toBe('compressed '.repeat(1000))
    },
  )

  it.each(['roundrobin', 'leastconn'])('under %s streams down, whatever its size', async (balance) => {
    const [origin] = await startOrigins(1)
    const limpet = await startLimpet({ backends: [backend([origin!], { balance })] })
    const answer = await exchange(`${limpet.url}/big?bytes=50000000`)
    expect(answer.body).toHaveLength(50_000_000)
    expect(answer.headers['content-length']).toBe('50000000')
    // The first bytes are here long before the last are written.
    const early = await firstBytes(`${limpet.url}/slow-body?ms=3000`)
    expect(early).toBe('first ')
  })

  it('that breaks off in the middle breaks off at the client, and nothing is sent twice', async () => {
    const [origin] = await startOrigins(1)
    const limpet = await startLimpet({ backends: [backend([origin!])] })
    await expect(exchange(`${limpet.url}/cut`)).rejects.toThrow()
    expect((await origin!.stats()).hits).toBe(2)
  })
})

describe('WebSocket', () => {
  it.each(['roundrobin', 'leastconn'])(
    'under %s: cookie on the 101, messages both ways, close codes kept',
    async (balance) => {
      const origins = await startOrigins(2)
      const limpet = await startLimpet({ backends: [backend(origins, { balance })] })
      const handshake = await upgrade(limpet.url, [])
      expect(handshake).toMatch(/^HTTP\/1.1 101 /)
      const cookie = /set-cookie: (SERVERID=[\w-]+);/i.exec(handshake)![1]!
      const { default: WebSocket } = await import('ws')
      const names = new Set<string>()
      for (let i = 0; i < 4; i++) {
        const socket = new WebSocket(`${limpet.url.replace('http', 'ws')}/socket`, { headers: { cookie } })
        const echoed = await new Promise<string>((resolve, reject) => {
          socket.on('error', reject)
          socket.on('open', () => socket.send('hello'))
          socket.on('message', (data) => resolve(data.toString()))
        })
        names.add(echoed.split(':')[0]!)
        const closed = new Promise<[number, string]>((resolve) => {
          socket.on('close', (code, reason) => resolve([code, reason.toString()]))
        })
        const binary = new Promise<Buffer>((resolve) => {
          socket.once('message', (data, isBinary) => isBinary && resolve(data as Buffer))
        })
        socket.send(Buffer.from([0, 255, 1, 128]))
        expect(await binary).toEqual(Buffer.from([0, 255, 1, 128]))
        socket.send('close please')
        expect(await closed).toEqual([4001, 'as you wish'])
      }
      expect(names.size).toBe(1)
      await until(async () =>
        (await Promise.all(origins.map((origin) => origin.stats()))).every(({ connections }) => connections === 0),
      )
    },
  )
})

describe('frontends', () => {
  it('are known by their sockets, and by host behind one socket', async () => {
    const [a, b] = await startOrigins(2)
    const config = {
      frontends: [
        { name: 'one', hosts: ['one.example'], defaultBackend: 'a' },
        { name: 'two', hosts: ['*.two.example'], rules: [{ paths: ['/api/*'], backend: 'a' }], defaultBackend: 'b' },
      ],
      backends: [backend([a!], { name: 'a' }), backend([b!], { name: 'b' })],
    }
    const limpet = await startLimpet(config)
    const nameFor = async (host: string, path = '/x') => {
      const answer = await exchange(`${limpet.url}${path}`, { headers: { host } })
      return answer.status === 200 ? sessionOf(answer).name : answer.status
    }
    expect(await nameFor('one.example')).toBe('s1')
    expect(await nameFor('ONE.example:8080')).toBe('s1')
    expect(await nameFor('www.two.example')).toBe('s2')
    expect(await nameFor('www.two.example', '/api/x')).toBe('s1')
    expect(await nameFor('two.example')).toBe(404)
    expect(await nameFor('other.example')).toBe(404)
  })

  it('redirectScheme sends http to https and keeps host, path and query', async () => {
    const origin = await startOrigin('s1')
    const limpet = await startLimpet({
      frontends: [{ name: 'www', redirectScheme: { scheme: 'https', code: 308 }, defaultBackend: 'app' }],
      backends: [backend([origin])],
    })
    const answer = await exchange(`${limpet.url}/a/b?c=d`, { headers: { host: 'shop.example' } })
    expect([answer.status, answer.headers.location]).toEqual([308, 'https://shop.example/a/b?c=d'])
  })
})

async function rawBody(url: string): Promise<Buffer> {
  const { get } = await import('node:http')
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  get(url, { agent: false, headers: { 'accept-encoding': 'gzip' } }, (response) => {
    const chunks: Buffer[] = []
    response.on('data', (chunk: Buffer) => chunks.push(chunk))
    response.on('end', () => resolve(Buffer.concat(chunks)))
  }).on('error', reject)
  return promise
}

async function firstBytes(url: string): Promise<string> {
  const { get } = await import('node:http')
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const request = get(url, { agent: false }, (response) => {
    response.once('data', (chunk: Buffer) => {
      resolve(chunk.toString())
      request.destroy()
    })
  })
  request.on('error', reject)
  return promise
}

/** The head of the answer to an upgrade, raw. */
function upgrade(url: string, headers: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname)
    socket.on('error', reject)
    socket.once('data', (data) => {
      resolve(data.toString().split('\r\n\r\n')[0]!)
      socket.destroy()
    })
    socket.write(
      [
        'GET /socket HTTP/1.1',
        `Host: ${hostname}`,
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
        ...headers,
        '',
        '',
      ].join('\r\n'),
    )
  })
}
