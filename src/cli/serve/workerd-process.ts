// One workerd process: starting it, waiting until it listens, stopping it within a time limit.

import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

import { requirePeer } from '../peers.ts'
import { spawnTied } from './tied-process.ts'

export interface WorkerdProcess {
  readonly pid: number
  /** The port of each socket, by name, once all of them listen; rejects when workerd ends before that. */
  readonly listening: Promise<ReadonlyMap<string, number>>
  /** The exit status, or a signal's name. */
  readonly ended: Promise<number | string>
  /** Nothing happens if it has ended. */
  signal(name: NodeJS.Signals): void
  /** SIGTERM, and SIGKILL when requests are still in progress after `drainMs`. */
  stop(drainMs: number): void
}

export interface WorkerdStart {
  /** A file. */
  readonly config: string
  /** The sockets that are waited for. */
  readonly names: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** Descriptors that listen already, by their sockets' names. */
  readonly descriptors?: ReadonlyMap<string, number>
  /** Addresses that replace those of the configuration. */
  readonly addresses?: Readonly<Record<string, string>>
}

/** Before those that are handed on: standard input, output, error, and where it reports. */
const FIRST_DESCRIPTOR = 4

export function startWorkerd({ config, names, environment, descriptors, addresses }: WorkerdStart): WorkerdProcess {
  // The package's export is the path of its binary.
  const { default: workerd } = requirePeer<{ default: string }>('workerd', 'limpet serve')
  const handed = [...(descriptors ?? [])]
  const args = [
    ...handed.map(([name], i) => `--socket-fd=${name}=${FIRST_DESCRIPTOR + i}`),
    ...Object.entries(addresses ?? {}).map(([name, address]) => `--socket-addr=${name}=${address}`),
  ]
  // stdout is inherited: piped through this process, a slow reader would block the balancer.
  const child = spawnTied(workerd, ['serve', config, '--control-fd=3', ...args], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe', ...handed.map(([, descriptor]) => descriptor)],
    env: { ...process.env, ...environment },
  })
  const ended = new Promise<number | string>((resolve) => {
    child.on('exit', (code, signal) => resolve(code ?? signal ?? 0))
    child.on('error', (error) => resolve(error.message))
  })
  return {
    pid: child.pid ?? 0,
    listening: Promise.race([
      allListening(child, names),
      ended.then((status) => Promise.reject(new Error(`workerd ended with ${status}`))),
    ]),
    ended,
    signal: (name) => void child.kill(name),
    stop(drainMs) {
      child.kill(drainMs === 0 ? 'SIGKILL' : 'SIGTERM')
      setTimeout(() => child.kill('SIGKILL'), drainMs).unref()
    },
  }
}

async function allListening(child: ChildProcess, names: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const ports = new Map<string, number>()
  for await (const line of createInterface(child.stdio[3] as Readable)) {
    const message = JSON.parse(line) as { event: string; socket?: string; port?: number }
    if (message.event === 'listen' && message.socket !== undefined) ports.set(message.socket, message.port ?? 0)
    if (names.every((name) => ports.has(name))) return ports
  }
  return new Promise(() => undefined)
}
