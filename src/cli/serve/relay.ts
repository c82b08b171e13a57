// Work that workerd cannot do itself reaches this process as JSON, over a Unix socket that only this user can open.

import { chmodSync } from 'node:fs'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { json } from 'node:stream/consumers'

import { messageOf } from '../../errors.ts'

/**
 * `take`: handles what arrives; what it returns is the answer, as JSON; if it fails, that is 502 with the error's message. Ends with the
 * process.
 */
export async function startRelay(socketPath: string, take: (handed: unknown) => unknown): Promise<Server> {
  const server = createServer((request, response) => {
    json(request)
      .then(take)
      .then(
        (answer) => response.end(answer === undefined ? undefined : JSON.stringify(answer)),
        (error: unknown) => response.writeHead(502).end(messageOf(error)),
      )
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(socketPath, resolve))
  chmodSync(socketPath, 0o600)
  return server.unref()
}
