// Servers whose certificates no public CA vouches for, by one start of `limpet serve`: pinned ones are reached and checked, all others are
// not.

import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { generate } from 'selfsigned'
import { expect, it, onTestFinished } from 'vitest'

import { freePort } from '../free-ports.ts'
import { CLI, exchange, spawnServe, temporaryDirectory, until } from './harness.ts'

/** Its certificate has these names. */
async function startSecure(name: string, names: readonly ({ type: 2; value: string } | { type: 7; ip: string })[]) {
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: [...names] }],
  })
  const server = createServer({ cert, key }, (_, response) => response.end(name)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

it('a pinned certificate is trusted for its server, by requests and by checks, and no other is', async () => {
  const directory = temporaryDirectory()
  const byAddress = await startSecure('by-address', [{ type: 7, ip: '127.0.0.1' }])
  const byName = await startSecure('by-name', [{ type: 2, value: 'app.internal' }])
  const pin = async (port: number) => {
    const file = join(directory, `${port}.pem`)
    await promisify(execFile)(process.execPath, [CLI, 'cert', `127.0.0.1:${port}`, '-o', file])
    return file
  }
  const [addressPin, namePin] = [await pin(byAddress), await pin(byName)]
  expect(existsSync(namePin)).toBe(true)
  const front = await freePort()
  const window = join(directory, 'window.sock')
  const file = join(directory, 'haproxy.cfg')
  const backend = (name: string, port: number, words: string) =>
    `backend ${name}\n option httpchk GET /\n server s 127.0.0.1:${port} check inter 200 fall 1 rise 1 ssl verify required ${words}\n`
  writeFileSync(
    file,
    `global
 ca-base ${directory}
 stats socket ${window} level admin
defaults
 mode http
 option redispatch
frontend f
 bind 127.0.0.1:${front}
 use_backend %[path,field(2,/)]
${backend('address', byAddress, `ca-file ${addressPin}`)}
${backend('name', byName, `ca-file ${byName}.pem verifyhost app.internal`)}
${backend('sni', byName, `ca-file ${namePin} sni str(app.internal)`)}
${backend('wrong-name', byName, `ca-file ${namePin}`)}
${backend('wrong-pin', byName, `ca-file ${addressPin} verifyhost app.internal`)}
${backend('public', byAddress, '')}`,
  )
  const limpet = spawnServe([file])
  const [url] = await limpet.listening(1)
  const answers: Record<string, string | number> = {}
  for (const name of ['address', 'name', 'sni', 'wrong-name', 'wrong-pin', 'public']) {
    const { status, body } = await exchange(`${url}/${name}/`)
    answers[name] = status === 200 ? body : status
  }
  expect(answers).toEqual({
    address: 'by-address',
    name: 'by-name',
    sni: 'by-name',
    'wrong-name': 503,
    'wrong-pin': 503,
    public: 503,
  })
  const checks = async () => {
    const { stdout } = await promisify(execFile)('bash', [
      '-c',
      `echo 'show stat' | socat -t 30 - UNIX-CONNECT:${window} | cut -d, -f1,2,18,37 | grep ,s,`,
    ])
    return stdout.trim().split('\n')
  }
  await until(async () => (await checks()).filter((line) => line.includes('DOWN')).length === 3)
  expect(await checks()).toEqual([
    'address,s,UP,L7OK',
    'name,s,UP,L7OK',
    'sni,s,UP,L7OK',
    // workerd does not tell a failed handshake from a refused connection.
    'wrong-name,s,DOWN,L4CON',
    'wrong-pin,s,DOWN,L4CON',
    'public,s,DOWN,L4CON',
  ])
})
