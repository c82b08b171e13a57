// The servers of one cell as processes: they crash, pause, lie and come back. Knows which of them still live, and so which lost sessions
// somebody could have kept.

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

import { freePort } from './ports.ts'
import { inTime } from '../in-time.ts'
import { START_MS } from './processes.ts'

const ORIGIN = fileURLToPath(new URL('origin.ts', import.meta.url))

export interface Origin {
  readonly name: string
  readonly port: number
}

interface Running extends Origin {
  epoch: number
  child: ChildProcess
  /** It has said that it is about to stop, or was taken out: its sessions end with it. */
  isLeaving: boolean
}

export class Origins {
  readonly #running = new Map<string, Running>()

  async start(name: string): Promise<Origin> {
    const before = this.#running.get(name)
    const port = before?.port ?? (await freePort())
    const epoch = (before?.epoch ?? 0) + 1
    const stdio = ['ignore', 'inherit', 'inherit', 'ipc'] as const
    const child = spawn(process.execPath, [ORIGIN, name, String(epoch), String(port)], { stdio: [...stdio] })
    await inTime(`origin ${name}`, once(child, 'message'), START_MS)
    const running: Running = { name, port, epoch, child, isLeaving: false }
    this.#running.set(name, running)
    return running
  }

  /** As `kill -9` does. */
  async crash(name: string): Promise<void> {
    this.leave(name)
    await this.#end(name, 'SIGKILL')
  }

  async stop(name: string): Promise<void> {
    this.leave(name)
    await this.#end(name, 'SIGTERM')
  }

  async #end(name: string, signal: NodeJS.Signals): Promise<void> {
    const { child } = this.#running.get(name)!
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }

  pause(name: string): void {
    this.#running.get(name)!.child.kill('SIGSTOP')
  }

  resume(name: string): void {
    this.#running.get(name)!.child.kill('SIGCONT')
  }

  /** What its check answers from now on. */
  say(name: string, isHealthy: boolean): void {
    this.#running.get(name)!.child.send({ isHealthy })
  }

  leave(name: string): void {
    this.#running.get(name)!.isLeaving = true
  }

  /** Whether the process that made this session is still there, and is to stay. */
  holds(id: string): boolean {
    const [name, epoch] = id.split('.')
    const running = this.#running.get(name!)
    if (!running || running.epoch !== Number(epoch) || running.isLeaving) return false
    return running.child.exitCode === null && running.child.signalCode === null
  }

  /** Which servers listen on these ports: a configuration may have other names for them. */
  nameAt(ports: readonly number[]): readonly string[] {
    return [...this.#running.values()].filter(({ port }) => ports.includes(port)).map(({ name }) => name)
  }

  endAll(): void {
    for (const { child } of this.#running.values()) child.kill('SIGKILL')
  }
}
