// Requests that never come to a frontend: they are answered, logged and counted all the same.

import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import { expect, it } from 'vitest'

import { exchange, startLimpet, startOrigin, temporaryDirectory, until } from './harness.ts'
import { converse, parseCsv } from './window.ts'

/** A request as bytes; its answer as text. */
async function sent(url: string, request: string): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  socket.end(request)
  return text(socket)
}

it('are answered with 400 or 404, and counted as errors of the frontend that they could have meant', async () => {
  const origin = await startOrigin('s1')
  const socket = join(temporaryDirectory(), 'admin.sock')
  const limpet = await startLimpet(
    {
      frontends: [{ name: 'www', hosts: ['known.example'], defaultBackend: 'app' }],
      backends: [{ name: 'app', servers: [{ name: 's1', url: origin.url }] }],
    },
    { arguments: ['--socket', socket] },
  )
  expect((await exchange(`${limpet.url}/a`, { headers: { host: 'other.example' } })).status).toBe(404)
  expect(await sent(limpet.url, 'GET /b HTTP/1.1\r\nHost: u@known.example\r\nConnection: close\r\n\r\n')).toMatch(
    /^HTTP\/1\.1 400 /,
  )
  expect((await exchange(`${limpet.url}/c`, { headers: { host: 'known.example' } })).status).toBe(200)
  await until(() => limpet.log().length === 3)
  expect(
    limpet.log().map(({ host, path, frontend, status, termination }) => [host, path, frontend, status, termination]),
  ).toEqual([
    ['other.example', '/a', null, 404, 'PR'],
    ['u@known.example', '<BADREQ>', null, 400, 'PR'],
    ['known.example', '/c', 'www', 200, '--'],
  ])
  const row = async () => parseCsv(await converse(socket, 'show stat\n')).rows.get('www/FRONTEND')!
  await until(async () => (await row())['stot'] === '3')
  expect(await row()).toMatchObject({ ereq: '2', hrsp_4xx: '2', hrsp_2xx: '1' })
})
