// A `limpet serve` whose configuration file a test changes, commands to it, and load meanwhile.

import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { join } from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'
import { promisify } from 'node:util'

import type { LimpetConfig } from '../../src/config/options/root.ts'
import { CLI, exchange, spawnServe, temporaryDirectory, TOKEN } from './harness.ts'

const run = promisify(execFile)
const PAUSE_MS = 5

/** Reloads go by the file. */
export async function startServing(config: LimpetConfig, ...args: readonly string[]) {
  const state = temporaryDirectory()
  const file = join(temporaryDirectory(), 'limpet.config.json')
  const write = (next: LimpetConfig | string) =>
    writeFileSync(file, typeof next === 'string' ? next : JSON.stringify(next))
  write(config)
  const serving = spawnServe([file, ...args], { state })
  const [url] = await serving.listening(1)
  const limpet = (...words: readonly string[]) =>
    run(process.execPath, [CLI, ...words], { env: { ...process.env, LIMPET_URL: url, LIMPET_ADMIN_TOKEN: TOKEN } })
  return {
    ...serving,
    url: url!,
    state,
    write,
    limpet,
    reload: () => limpet('reload', '--state', state),
    takeOver: (...more: readonly string[]) => limpet('serve', file, ...args, ...more, '--state', state, '--take-over'),
  }
}

/** A request after the other, over two kept connections and over new ones, until it is told to stop. */
export function startLoad(url: string) {
  const over = new AbortController()
  const failed: unknown[] = []
  const toldToClose = [0, 0]
  let requests = 0
  const client = async (kept?: number) => {
    const agent = kept === undefined ? undefined : new Agent({ keepAlive: true, maxSockets: 1 })
    while (!over.signal.aborted) {
      requests += 1
      const answer = await exchange(url, { agent }).catch((error: unknown) => void failed.push(error))
      if (kept !== undefined && answer?.headers['connection'] === 'close') toldToClose[kept]! += 1
      await pass(PAUSE_MS)
    }
    agent?.destroy()
  }
  const clients = [client(), client(), client(0), client(1)]
  return {
    /** Requests so far. */
    sent: () => requests,
    async stop() {
      over.abort()
      await Promise.all(clients)
      return { requests, failed, toldToClose }
    },
  }
}
