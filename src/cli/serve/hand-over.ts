// A running `limpet serve` starts another, perhaps of another version, and leaves when that one serves. Until then it can go on itself.

import { spawn } from 'node:child_process'

import { HANDED, YOURS } from './handed.ts'
import type { Handed, Progress } from './handed.ts'
import type { Command, Outcome } from './orders.ts'

export interface HandOverPorts {
  handed(): Handed
  /** Ends the keeper: two must not use one state directory. */
  releaseState(): Promise<void>
  takeStateBack(): Promise<void>
  /** Takes no more orders. */
  close(): void
  /** Lets requests finish, and ends. `tellToReload`: tells the one that has taken over; false: it has ended. */
  leave(tellToReload: () => boolean): void
  /** Resolves when this process is told to end: then nobody takes over from it. */
  readonly stopping: Promise<void>
  log(line: string): void
}

/** Building takes seconds, on a busy machine many. */
const TAKES_AT_MOST_MS = 120_000
/** Of the new process: standard streams, the channel to this one. */
const FIRST_DESCRIPTOR = 4

export async function handOver(command: Command, ports: HandOverPorts): Promise<Outcome> {
  const say = (line: string): readonly string[] => {
    ports.log(line)
    return [line]
  }
  say(`starting another limpet serve, which takes over: ${command.arguments.join(' ')}`)
  const { generation, sockets, passed } = ports.handed()
  let next = FIRST_DESCRIPTOR
  const numbered = sockets.map((socket) => ({ ...socket, descriptors: socket.descriptors.map(() => next++) }))
  const handed: Handed = {
    generation,
    sockets: numbered,
    passed: passed.map((socket) => ({ ...socket, descriptor: next++ })),
  }
  const descriptors = [
    ...sockets.flatMap((socket) => socket.descriptors),
    ...passed.map(({ descriptor }) => descriptor),
  ]
  const child = spawn(command.file, command.arguments, {
    cwd: command.directory,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc', ...descriptors],
    env: { ...process.env, [HANDED]: JSON.stringify(handed) },
    detached: true,
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), TAKES_AT_MOST_MS)
  void ports.stopping.then(() => child.connected && child.kill('SIGKILL'))
  let released: Promise<void> | undefined
  let why: readonly string[] | undefined
  const isServing = await new Promise<boolean>((resolve) => {
    child.on('message', (progress: Progress) => {
      if (progress.is === 'prepared') {
        released = ports.releaseState()
        void released.then(() => child.send(YOURS, () => undefined))
      } else if (progress.is === 'failed') why = progress.lines
      else resolve(true)
    })
    child.on('error', (error) => {
      why = say(`${command.file} in ${command.directory}: ${error.message}; run it where the service may read both`)
      resolve(false)
    })
    child.on('exit', (status, signal) => {
      why ??= say(`the new process ended with ${status ?? signal}`)
      resolve(false)
    })
  })
  clearTimeout(timer)
  if (!isServing) {
    await released
    if (released) await ports.takeStateBack()
    return { isDone: false, lines: [...why!, ...say(`not taken over; process ${process.pid} serves as before`)] }
  }
  const lines = say(`process ${child.pid} has taken over from process ${process.pid}`)
  ports.close()
  child.disconnect()
  child.unref()
  // This one may be told still: whoever does may not know of the other yet.
  ports.leave(() => child.kill('SIGHUP'))
  return { isDone: true, lines }
}
