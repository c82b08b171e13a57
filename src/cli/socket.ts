// `limpet socket`: HAProxy's socket on this machine for a balancer elsewhere. Each line goes to its admin API.

import { chmodSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { Socket } from 'node:net'
import { createInterface } from 'node:readline'

import { askCommand } from './remote.ts'
import type { RemoteOptions } from './remote.ts'

export async function openSocket(path: string, options: RemoteOptions): Promise<void> {
  // A wrong token or address is said now, not with the first command.
  await askCommand('show info', options)
  rmSync(path, { force: true })
  const server = createServer((socket) => void converse(socket, options))
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

async function converse(socket: Socket, options: RemoteOptions): Promise<void> {
  socket.on('error', () => socket.destroy())
  let isInteractive = false
  for await (const line of createInterface(socket)) {
    if (line.trim() === 'quit') break
    if (line.trim() === 'prompt') {
      isInteractive = !isInteractive
      socket.write(isInteractive ? '\n> ' : '\n')
      continue
    }
    const answer = await askCommand(line, options).then(
      ({ text }) => text,
      (error: Error) => `${error.message}\n\n`,
    )
    socket.write(answer + (isInteractive ? '> ' : ''))
    if (!isInteractive) break
  }
  socket.end()
}
