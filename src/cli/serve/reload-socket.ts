// Where a running `limpet serve` takes orders: a Unix socket in the state directory. `limpet reload` asks for another look at the configuration,
// `limpet serve --take-over` for its place.

import { chmodSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { join } from 'node:path'
import { json, text } from 'node:stream/consumers'
import { setTimeout as pass } from 'node:timers/promises'

import { messageOf } from '../../errors.ts'
import { CliError, UsageError } from '../cli-error.ts'
import type { Command, Orders, Outcome } from './orders.ts'
import { clearSocketPath } from './unix-socket.ts'

function socketIn(directory: string): string {
  return join(directory, 'reload.sock')
}

const TAKE_OVER = '/take-over'

const DONE = 200
const FAILED = 409
/** Another `limpet serve` has taken over, which opens its socket now. */
const ELSEWHERE = 410
const AGAIN_MS = 100
const TRIES = 100

/** Returns what closes it. */
export async function openReloadSocket(
  directory: string,
  orders: Pick<Orders, 'reload' | 'handOver'>,
): Promise<() => void> {
  const path = socketIn(directory)
  await clearSocketPath(path)
  const server = createServer((asked, response) => {
    const done = asked.url === TAKE_OVER ? json(asked).then((it) => orders.handOver(it as Command)) : orders.reload()
    done.then(
      (outcome) => response.writeHead(statusOf(outcome)).end(outcome.lines.join('\n')),
      (error: unknown) => response.writeHead(400).end(messageOf(error)),
    )
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve))
  chmodSync(path, 0o600)
  server.unref()
  return () => void server.close()
}

function statusOf({ isDone, isElsewhere }: Outcome): number {
  if (isElsewhere) return ELSEWHERE
  return isDone ? DONE : FAILED
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
  for (let tries = 1; ; tries++) {
    const isLast = tries === TRIES
    const { status, said } = await ask(socketIn(state), path, body).catch((error: NodeJS.ErrnoException) => {
      // Between two that follow one another there is none for a moment.
      if (tries > 1 && !isLast) return { status: ELSEWHERE, said: '' }
      throw new CliError(`--state ${state}: ${askingProblem(error)}`)
    })
    if (status === DONE) return console.log(said)
    if (status !== ELSEWHERE || isLast) throw new CliError(said)
    await pass(AGAIN_MS)
  }
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
): Promise<{ readonly status: number | undefined; readonly said: string }> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, path, method: 'POST', agent: false }, (response) => {
      text(response).then((said) => resolve({ status: response.statusCode, said }), reject)
    })
    sent.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body))
  })
}
