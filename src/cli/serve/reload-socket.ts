// Where `limpet reload` asks a running `limpet serve` for another look at its configuration: a Unix socket in the state directory.

import { chmodSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import { CliError } from '../cli-error.ts'
import { clearSocketPath } from './unix-socket.ts'

/** What became of a reload. */
export interface Reloaded {
  readonly isDone: boolean
  /** What is printed about it. */
  readonly lines: readonly string[]
}

function socketIn(directory: string): string {
  return join(directory, 'reload.sock')
}

export async function openReloadSocket(directory: string, reload: () => Promise<Reloaded>): Promise<void> {
  const path = socketIn(directory)
  await clearSocketPath(path)
  const server = createServer((_, response) => {
    void reload().then(({ isDone, lines }) => response.writeHead(isDone ? 200 : 409).end(lines.join('\n')))
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve))
  chmodSync(path, 0o600)
  server.unref()
}

/** `limpet reload` */
export async function askForReload({ state }: { readonly state: string }): Promise<void> {
  const { isDone, said } = await ask(socketIn(state)).catch(() => {
    throw new CliError(`--state ${state}: no limpet serve runs with this state directory`)
  })
  if (!isDone) throw new CliError(said)
  console.log(said)
}

function ask(socketPath: string): Promise<{ readonly isDone: boolean; readonly said: string }> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, method: 'POST', agent: false }, (response) => {
      text(response).then((said) => resolve({ isDone: response.statusCode === 200, said }), reject)
    })
    sent.on('error', reject).end()
  })
}
