// What keeps clients out, tried with real sockets: client certificates, and what the commands do with lines that are not
// in force.

import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import type { RequestOptions } from 'node:https'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import { generate } from 'selfsigned'
import { describe, expect, it } from 'vitest'

import { freePort } from '../free-ports.ts'
import { CLI, exchange, spawnServe, startOrigin, temporaryDirectory } from './harness.ts'

async function pairOf(name: string, ca?: { key: string; cert: string }) {
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ...(ca ? { ca } : { extensions: [{ name: 'basicConstraints', cA: true }] }),
  })
  return { cert, key }
}

/** The status, or the error's code: a handshake that fails has no status. */
async function statusOf(port: number, options: RequestOptions): Promise<number | string> {
  const sent = request({ host: '127.0.0.1', port, rejectUnauthorized: false, agent: false, ...options })
  sent.end()
  try {
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    await text(response)
    return response.statusCode!
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'refused'
  }
}

function command(...args: string[]): Promise<{ status: number; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [CLI, ...args], { env: { ...process.env, NO_COLOR: '1' } }, (error, stdout, stderr) =>
      resolve({ status: error ? Number(error.code) : 0, output: stdout + stderr }),
    )
  })
}

function cfg(lines: string): string {
  const file = join(temporaryDirectory(), 'haproxy.cfg')
  writeFileSync(file, `${lines} mode http\n`)
  return file
}

describe('bind … ca-file CA verify required', () => {
  it('lets in who has a certificate of that CA, and nobody else', async () => {
    const directory = temporaryDirectory()
    const [server, ca, other] = await Promise.all([pairOf('localhost'), pairOf('our CA'), pairOf('another CA')])
    const [friend, stranger] = await Promise.all([pairOf('friend', ca), pairOf('stranger', other)])
    writeFileSync(join(directory, 'server.pem'), server.cert + server.key)
    writeFileSync(join(directory, 'ca.pem'), ca.cert)
    const origin = await startOrigin('s1')
    const port = await freePort()
    const file = cfg(
      `listen app\nbind 127.0.0.1:${port} ssl crt ${directory}/server.pem ca-file ${directory}/ca.pem verify required\nserver s1 127.0.0.1:${origin.port}\n`,
    )
    await spawnServe([file]).listening(1)
    expect(await statusOf(port, friend)).toBe(200)
    const { hits } = await origin.stats()
    expect(await statusOf(port, {})).not.toBe(200)
    expect(await statusOf(port, stranger)).not.toBe(200)
    expect(await statusOf(port, other)).not.toBe(200)
    // Asking for them is a hit, too.
    expect((await origin.stats()).hits).toBe(hits + 1)
  })

  it('is not started without the CA, with --listen, nor deployed to Cloudflare', async () => {
    const file = cfg(
      'listen app\nbind 127.0.0.1:8443 ssl crt none.pem ca-file /nowhere/ca.pem verify required\nserver s1 s1.example:80\n',
    )
    expect(await command('serve', file)).toMatchObject({
      status: 1,
      output: expect.stringContaining('none.pem: there is no such file; crt must name a PEM file'),
    })
    expect(await command('serve', '--self-signed', file)).toMatchObject({
      status: 1,
      output: expect.stringContaining('/nowhere/ca.pem: cannot be read: ENOENT'),
    })
    expect(await command('serve', file, '--listen', '127.0.0.1:8081')).toMatchObject({
      status: 1,
      output: expect.stringContaining(
        "--listen 127.0.0.1:8081: would admit clients without a certificate to frontend 'app'",
      ),
    })
    expect(await command('check', file)).toMatchObject({ status: 0 })
    const checked = await command('check', '--for', 'cloudflare', file)
    expect(checked.status).toBe(1)
    expect(checked.output).toMatch(
      /haproxy\.cfg:\d+:\d+: error: frontend \w+\.bind: on Cloudflare the zone's settings decide/,
    )
  })

  it('ssl-min-ver TLSv1.3 refuses older clients, and without it TLS 1.1 is refused', async () => {
    const directory = temporaryDirectory()
    const server = await pairOf('localhost')
    writeFileSync(join(directory, 'server.pem'), server.cert + server.key)
    const origin = await startOrigin('s1')
    const strict = await freePort(2)
    const file = cfg(
      `listen app\nbind 127.0.0.1:${strict} ssl crt ${directory}/server.pem ssl-min-ver TLSv1.3\nbind 127.0.0.1:${strict + 1} ssl crt ${directory}/server.pem\nserver s1 127.0.0.1:${origin.port}\n`,
    )
    await spawnServe([file]).listening(2)
    expect(await statusOf(strict, {})).toBe(200)
    expect(await statusOf(strict, { maxVersion: 'TLSv1.2' })).not.toBe(200)
    expect(await statusOf(strict + 1, { maxVersion: 'TLSv1.2' })).toBe(200)
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
    expect(await statusOf(strict + 1, old)).not.toBe(200)
  })
})

describe('a line that restricts access and is not in force', () => {
  it('stops check, serve and import, whatever is allowed, with its line and what to do', async () => {
    const file = cfg(
      'listen app\nbind 127.0.0.1:8443 accept-proxy\ntcp-request connection reject if { src 10.0.0.0/8 } { fc_rtt gt 10 }\nserver s1 s1.example:80\n',
    )
    const lines = [
      `${file}:2  error        bind 127.0.0.1:8443 accept-proxy  (accept-proxy: workerd cannot read who the client is from the connection, and line 3 ('tcp-request') asks for its address`,
      `${file}:3  error        tcp-request connection reject if { src 10.0.0.0/8 } { fc_rtt gt 10 }  ('fc_rtt': a Worker does not see connections, nor its own addresses; the line restricts access`,
    ]
    for (const args of [['check'], ['serve', '--allow-unsupported'], ['import', '--allow-unsupported']]) {
      const { status, output } = await command(...args, file)
      expect(status).toBe(1)
      for (const line of lines) expect(output).toContain(line)
    }
    expect((await command('serve', '--allow-unsupported', file)).output).toContain(
      'not started; correct or remove the lines that are marked error; --allow-unsupported does not leave them out',
    )
  })

  it('a line that loses a feature may be left out', async () => {
    const origin = await startOrigin('s1')
    const port = await freePort()
    const file = cfg(
      `listen app\nbind 127.0.0.1:${port}\nrate-limit sessions 5\nhttp-request deny if { path /x }\nserver s1 127.0.0.1:${origin.port}\n`,
    )
    expect(await command('serve', file)).toMatchObject({
      status: 1,
      output: expect.stringContaining('or leave them out with --allow-unsupported'),
    })
    await spawnServe([file, '--allow-unsupported']).listening(1)
    expect((await exchange(`http://127.0.0.1:${port}/x`)).status).toBe(403)
    expect((await exchange(`http://127.0.0.1:${port}/`)).status).toBe(200)
  })
})

describe('silent-drop and reject', () => {
  /** All bytes until the other end closes. */
  async function bytesFor(port: number, method: string, path: string): Promise<string> {
    const socket = connect(port, '127.0.0.1')
    socket.setTimeout(5_000, () => socket.end())
    const body = method === 'POST' ? 'hello' : ''
    socket.write(`${method} ${path} HTTP/1.1\r\nHost: a.example\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
    return await text(socket)
  }

  it('close the connection with nothing sent; HEAD gets the status', async () => {
    const origin = await startOrigin('s1')
    const port = await freePort()
    const rules =
      'http-request silent-drop if { path /drop }\nhttp-request reject if { path /reject }\ntcp-request content reject if { path /tcp }\nhttp-request set-var(txn.path) path\nhttp-response silent-drop if { var(txn.path) -m str /late }\n'
    const file = cfg(`listen web\nbind 127.0.0.1:${port}\n${rules}server s1 127.0.0.1:${origin.port}\n`)
    await spawnServe([file]).listening(1)
    for (const path of ['/drop', '/reject', '/tcp', '/late'])
      for (const method of ['GET', 'POST'])
        expect([path, method, await bytesFor(port, method, path)]).toEqual([path, method, ''])
    expect(await bytesFor(port, 'HEAD', '/drop')).toMatch(/^HTTP\/1\.1 403 /)
    expect(await bytesFor(port, 'HEAD', '/late')).toMatch(/^HTTP\/1\.1 502 /)
    expect(await bytesFor(port, 'GET', '/else')).toMatch(/^HTTP\/1\.1 200 /)
  })
})
