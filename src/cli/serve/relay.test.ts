import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import { expect, it, onTestFinished } from 'vitest'

import { startRelay } from './relay.ts'

async function start(take: Parameters<typeof startRelay>[1]): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'limpet-relay-'))
  const socketPath = join(directory, 'relay.sock')
  const server = await startRelay(socketPath, take)
  onTestFinished(() => {
    server.close()
    rmSync(directory, { recursive: true })
  })
  return socketPath
}

function hand(socketPath: string, body: string): Promise<{ status: number | undefined; said: string }> {
  return new Promise((resolve, reject) => {
    request({ socketPath, method: 'POST' }, (response) => {
      text(response).then((said) => resolve({ status: response.statusCode, said }), reject)
    })
      .on('error', reject)
      .end(body)
  })
}

it('takes what it is handed, from this user alone', async () => {
  const taken: unknown[] = []
  const socketPath = await start((handed) => void taken.push(handed))
  expect(await hand(socketPath, '{"to":["a@b"]}')).toEqual({ status: 200, said: '' })
  expect(taken).toEqual([{ to: ['a@b'] }])
  expect(statSync(socketPath).mode & 0o777).toBe(0o600)
})

it('says why it could not', async () => {
  const socketPath = await start(() => Promise.reject(new Error('mx.example: connection refused')))
  expect(await hand(socketPath, '{}')).toEqual({ status: 502, said: 'mx.example: connection refused' })
  expect((await hand(socketPath, 'no JSON')).status).toBe(502)
})
