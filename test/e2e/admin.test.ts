// What keeps strangers out of the operator's window, and what an operator can still do while they try.

import { connect } from 'node:net'
import { text } from 'node:stream/consumers'

import { expect, it } from 'vitest'

import { startOrigins } from './harness.ts'
import { start } from './window.ts'

/** Words on a connection to a public port, and all that comes back. */
async function converseOn(url: string, words: string): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.write(words)
  return text(socket)
}

it('CONNECT opens no way to the commands from a public port', async () => {
  const { url, statsUrl, say } = await start('limpet', await startOrigins(1))
  for (const target of ['x:1', 'localhost:80', '127.0.0.1:22']) {
    for (const door of [url, statsUrl]) {
      const answer = await converseOn(
        door,
        `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\nhelp;show info;disable server app/s1\n`,
      )
      expect(answer).toMatch(/^HTTP\/1\.1 [45]\d\d /)
      expect(answer).not.toMatch(/Name:|show stat|Permission/)
    }
  }
  expect(await say('show info')).toMatch(/^Name: Limpet$/m)
  expect(await say('show stat')).toMatch(/^app,s1,.*,UP[ ,]/m)
})
