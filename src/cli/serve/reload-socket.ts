// Where a running `limpet serve` takes orders: a Unix socket in the state directory. `limpet reload` asks for another look at the configuration,
// `limpet serve --take-over` for its place.

import { chmodSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { join } from 'node:path'
import { json, text } from 'node:stream/consumers'

import { messageOf } from '../../errors.ts'
import { CliError, UsageError } from '../cli-error.ts'
import type { Command, Orders } from './orders.ts'
import { clearSocketPath } from './unix-socket.ts'

function socketIn(directory: string): string {
  return join(directory, 'reload.sock')
}

const TAKE_OVER = '/take-over'

/** Returns what closes it. */
export async function openReloadSocket(directory: string, orders: Orders): Promise<() => void> {
  const path = socketIn(directory)
  await clearSocketPath(path)
  const server = createServer((asked, response) => {
    const done = asked.url === TAKE_OVER ? json(asked).then((it) => orders.handOver(it as Command)) : orders.reload()
    done.then(
      ({ isDone, lines }) => response.writeHead(isDone ? 200 : 409).end(lines.join('\n')),
      (error: unknown) => response.writeHead(400).end(messageOf(error)),
    )
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve))
  chmodSync(path, 0o600)
  server.unref()
  return () => void server.close()
}

/** `limpet reload` */
export async function askForReload({ state }: { readonly state: string }): Promise<void> {
  await order(state, '/')
}

/** `limpet serve --take-over`: this very command, without that option. */
export async function askToTakeOver({ state }: { readonly state?: string }): Promise<void> {
  if (state === undefined)
    throw new UsageError('--take-over: name the state directory of the one that runs, --state DIR')
  const command: Command = {
    file: process.execPath,
    arguments: [...process.execArgv, ...process.argv.slice(1).filter((word) => word !== '--take-over')],
    directory: process.cwd(),
  }
  await order(state, TAKE_OVER, command)
}

async function order(state: string, path: string, body?: unknown): Promise<void> {
  const { isDone, said } = await ask(socketIn(state), path, body).catch((error: NodeJS.ErrnoException) => {
    throw new CliError(`--state ${state}: ${askingProblem(error)}`)
  })
  if (!isDone) throw new CliError(said)
  console.log(said)
}

function askingProblem({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ENOENT':
    case 'ECONNREFUSED':
      return 'no limpet serve runs with this state directory'
    case 'EACCES':
      return "the limpet serve that runs there is another user's: give the order as that user, or as root"
    default:
      return `the limpet serve that runs there did not answer: ${message}`
  }
}

function ask(
  socketPath: string,
  path: string,
  body: unknown,
): Promise<{ readonly isDone: boolean; readonly said: string }> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, path, method: 'POST', agent: false }, (response) => {
      text(response).then((said) => resolve({ isDone: response.statusCode === 200, said }), reject)
    })
    sent.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body))
  })
}
