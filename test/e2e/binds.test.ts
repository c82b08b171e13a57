// What a haproxy.cfg listens on, by one start of `limpet serve`: ranges of ports, Unix sockets, sockets for commands on ports.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import type { IncomingMessage, RequestOptions } from 'node:http'
import { connect } from 'node:net'
import type { NetConnectOpts } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import { expect, it } from 'vitest'

import { freePort } from '../free-ports.ts'
import { spawnServe, startOrigin, temporaryDirectory } from './harness.ts'

async function answerOf(options: RequestOptions): Promise<string> {
  const sent = request({ path: '/', ...options, headers: { host: 'a.example' } })
  sent.end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  return `${response.statusCode} ${await text(response)}`
}

async function command(where: NetConnectOpts, line: string): Promise<string> {
  const socket = connect(where)
  socket.write(`${line}\n`)
  return text(socket)
}

/** As a killed run leaves it behind: a file, and nobody listens. */
async function leaveSocket(path: string): Promise<void> {
  const code = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`
  await once(spawn(process.execPath, ['-e', code]), 'exit')
  expect(existsSync(path)).toBe(true)
}

it('ranges, Unix sockets and ports for commands are listened on, with the mode that is written', async () => {
  const directory = temporaryDirectory()
  const origin = await startOrigin('s1')
  const first = await freePort(3)
  const name = `limpet-${first}`
  const [client, window] = [join(directory, 'client.sock'), join(directory, 'window.sock')]
  await leaveSocket(client)
  const file = join(directory, 'haproxy.cfg')
  writeFileSync(
    file,
    `global
 stats socket 127.0.0.1:${first + 2} level user
 stats socket ${window} level admin mode 660
defaults
 mode http
listen app
 bind 127.0.0.1:${first}-${first + 1},abns@${name}
 bind ${client} mode 606
 http-request return status 200 content-type text/plain string "port %[dst_port]" if { src 127.0.0.0/8 } { path /port }
 http-request return status 200 content-type text/plain lf-string "from %[src]." if { path /from }
 http-request deny unless { src 127.0.0.0/8 } or { path /from }
 server s1 127.0.0.1:${origin.port}
`,
  )
  const limpet = spawnServe([file])
  expect(await limpet.listening(4)).toEqual([
    `http://127.0.0.1:${first}`,
    `http://127.0.0.1:${first + 1}`,
    `http://unix-abstract:${name}`,
    `http://unix:${client}`,
  ])
  const answers = [
    await answerOf({ port: first, host: '127.0.0.1' }),
    await answerOf({ port: first + 1, host: '127.0.0.1' }),
    // Who comes by a socket has no address: what lets in by one refuses.
    await answerOf({ socketPath: client, path: '/from' }),
    await answerOf({ socketPath: client }),
    await answerOf({ socketPath: `\0${name}`, path: '/from' }),
  ]
  expect(answers).toEqual([
    expect.stringContaining('200'),
    expect.stringContaining('200'),
    '200 from .',
    expect.stringContaining('403'),
    '200 from .',
  ])
  expect([client, window].map((path) => (statSync(path).mode & 0o777).toString(8))).toEqual(['606', '660'])
  expect(await command({ port: first + 2, host: '127.0.0.1' }, 'show info')).toContain('Name:')
  expect(await command({ port: first + 2, host: '127.0.0.1' }, 'disable server app/s1')).toMatch(/denied|not allowed/i)
  expect(await command({ path: window }, 'disable server app/s1')).toBe('\n')
  expect(limpet.stderr()).toContain(`commands on 127.0.0.1:${first + 2}, level user\n`)
})

it('what is no socket is not removed', async () => {
  const directory = temporaryDirectory()
  const file = join(directory, 'haproxy.cfg')
  writeFileSync(file, `defaults\n mode http\nfrontend f\n bind unix@${file}\n http-request return status 200\n`)
  const limpet = spawnServe([file])
  expect(await limpet.ended).toBe(1)
  expect(limpet.stderr()).toContain(`${file}: there is something that is not a socket`)
})
