// The workerd process: starting it, waiting until it listens, firing cron each minute, stopping it within a time limit.

import type { ChildProcess } from 'node:child_process'
import { request } from 'node:http'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

import { requirePeer } from '../peers.ts'
import { spawnTied } from './tied-process.ts'

const MINUTE_MS = 60_000

export interface WorkerdProcess {
  readonly pid: number
  /** The port of each socket, by name, once all of them listen; rejects when workerd ends before that. */
  readonly listening: Promise<ReadonlyMap<string, number>>
  /** The exit status, or a signal's name. */
  readonly ended: Promise<number | string>
  /** SIGTERM, and SIGKILL when requests are still in progress after `drainMs`. */
  stop(drainMs: number): void
}

export function startWorkerd(
  configPath: string,
  socketNames: readonly string[],
  environment: Readonly<Record<string, string>>,
): WorkerdProcess {
  // The package's export is the path of its binary.
  const { default: workerd } = requirePeer<{ default: string }>('workerd', 'limpet serve')
  // stdout is inherited: piped through this process, a slow reader would block the balancer.
  const child = spawnTied(workerd, ['serve', configPath, '--control-fd=3'], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
    env: { ...process.env, ...environment },
  })
  const ended = new Promise<number | string>((resolve) => {
    child.on('exit', (code, signal) => resolve(code ?? signal ?? 0))
    child.on('error', (error) => resolve(error.message))
  })
  return {
    pid: child.pid ?? 0,
    listening: Promise.race([
      allListening(child, socketNames),
      ended.then((status) => Promise.reject(new Error(`workerd ended with ${status}`))),
    ]),
    ended,
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

/** Fires `scheduled` now and once a minute, as Cloudflare's cron trigger would. Resolves after the first. */
export async function runCron(controlSocket: string): Promise<void> {
  setInterval(() => void fireScheduled(controlSocket), MINUTE_MS).unref()
  await fireScheduled(controlSocket)
}

function fireScheduled(controlSocket: string): Promise<void> {
  return new Promise((resolve) => {
    const done = () => resolve()
    request({ socketPath: controlSocket, path: '/', method: 'POST' }, (response) => {
      response.resume()
      response.on('close', done)
      // There will be another in a minute.
    })
      .on('error', done)
      .end()
  })
}
