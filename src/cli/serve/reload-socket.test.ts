import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import { expect, it, onTestFinished } from 'vitest'

import { askForReload, openReloadSocket } from './reload-socket.ts'

const done = { isDone: true, lines: ['reloaded'] }

it('an order that is cut or no JSON is refused, and the next one is heard', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'limpet-test-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  let reloads = 0
  const reload = async () => {
    reloads += 1
    return done
  }
  const close = await openReloadSocket(directory, { reload, handOver: async () => done })
  onTestFinished(close)
  const say = (body: string, length: number) => {
    const socket = connect(join(directory, 'reload.sock'))
    socket.end(`POST /take-over HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n${body}`)
    return text(socket)
  }
  expect(await say('{', 1)).toMatch(/^HTTP\/1\.1 400 /)
  await say('{', 10)
  await askForReload({ state: directory })
  expect(reloads).toBe(1)
})

it('says what is wrong where nobody hears an order', async () => {
  await expect(askForReload({ state: '/nope' })).rejects.toThrow(
    '--state /nope: no limpet serve runs with this state directory',
  )
})
