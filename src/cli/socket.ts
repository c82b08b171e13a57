// `limpet socket`: HAProxy's socket on this machine for a balancer elsewhere. Each line goes to its admin API.

import { chmodSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { Socket } from 'node:net'
import { createInterface } from 'node:readline'

import { converse } from '../admin/conversation.ts'
import { messageOf } from '../errors.ts'
import { askCommand } from './remote.ts'
import type { RemoteOptions } from './remote.ts'
import { clearSocketPath } from './serve/unix-socket.ts'

export async function openSocket(path: string, options: RemoteOptions): Promise<void> {
  // Report a wrong token or address now, not with the first command.
  await askCommand('show info', options)
  await clearSocketPath(path)
  const server = createServer((socket) => void serveCommands(socket, options))
  server.listen(path, () => {
    chmodSync(path, 0o600)
    console.error(`commands for ${options.url} on ${path}`)
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      rmSync(path, { force: true })
      process.exit(0)
    })
  }
}

async function serveCommands(socket: Socket, options: RemoteOptions): Promise<void> {
  socket.on('error', () => socket.destroy())
  await converse({
    lines: createInterface(socket),
    // The balancer decides what a token may do: this side has no levels.
    answer: (line) =>
      askCommand(line, options).then(
        ({ text }) => text,
        (error: unknown) => `${messageOf(error)}\n\n`,
      ),
    say: (text) => socket.write(text),
  })
  socket.end()
}
