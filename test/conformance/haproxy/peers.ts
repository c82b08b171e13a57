// The two that are compared, each started with the same file.

import { execFile, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { opens, saysListening } from '../../processes.ts'
import type { Scenario } from './scenario.ts'

const CLI = fileURLToPath(new URL('../../../bin/limpet.js', import.meta.url))
const START_TIMEOUT_MS = 60_000
/** How long one may take to end before it is killed. */
const STOP_TIMEOUT_MS = 20_000

/** All that were started and have not ended, also those that do not listen yet. */
const running = new Set<Peer>()

export interface Peer {
  /** What it said before it ended by itself; undefined: it runs. */
  fault(): string | undefined
  stop(): Promise<void>
}

/** For the end of a run, however it ends: nothing that was started here is left behind. */
export async function stopPeers(): Promise<void> {
  await Promise.all([...running].map((peer) => peer.stop()))
}

/** A directory of its own with the files that scenarios name. Throws when two mean different files by one name. */
export function makeDirectory(scenarios: readonly Scenario[]): string {
  const texts = new Map<string, string>()
  for (const { name: scenario, files = {} } of scenarios) {
    for (const [name, text] of Object.entries(files)) {
      if ((texts.get(name) ?? text) !== text) throw new Error(`${scenario}: another scenario has another ${name}`)
      texts.set(name, text)
    }
  }
  const directory = mkdtempSync(join(tmpdir(), 'limpet-conformance-'))
  for (const [name, text] of texts) writeFileSync(join(directory, name), text)
  return directory
}

export function startHaproxy(config: string, ports: readonly number[]): Promise<Peer> {
  return start(config, ports, (file) => spawn('haproxy', ['-db', '-f', file], { stdio: ['ignore', 'ignore', 'pipe'] }))
}

/** `more`: words of the command. */
export function startLimpet(
  config: string,
  ports: readonly number[],
  timeoutMs?: number,
  more: readonly string[] = [],
): Promise<Peer> {
  return start(config, ports, (file) => serve(file, more), timeoutMs)
}

/** What `limpet import` makes of the file is served instead. */
export async function startImported(config: string, ports: readonly number[]): Promise<Peer> {
  const directory = mkdtempSync(join(tmpdir(), 'limpet-conformance-'))
  const [file, imported] = [join(directory, 'both.cfg'), join(directory, 'limpet.config.ts')]
  writeFileSync(file, config)
  try {
    await promisify(execFile)(process.execPath, [CLI, 'import', file, '-o', imported])
    return await start(config, ports, () => serve(imported))
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function serve(file: string, more: readonly string[] = []): ChildProcess {
  return spawn(process.execPath, [CLI, 'serve', file, '--log', 'off', '--drain', '0', ...more], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, LIMPET_ADMIN_TOKEN: '' },
  })
}

async function start(
  config: string,
  ports: readonly number[],
  run: (file: string) => ChildProcess,
  timeoutMs = START_TIMEOUT_MS,
): Promise<Peer> {
  const directory = mkdtempSync(join(tmpdir(), 'limpet-conformance-'))
  const file = join(directory, 'both.cfg')
  writeFileSync(file, config)
  const child = run(file)
  let said = ''
  child.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const ended = once(child, 'exit').catch((error: unknown) => (said += String(error)))
  const isRunning = () => child.exitCode === null && child.signalCode === null
  const peer: Peer = {
    fault: () => (isRunning() ? undefined : `${child.spawnfile} has ended:\n${said}`),
    async stop() {
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
      await ended
      clearTimeout(timer)
      running.delete(peer)
      rmSync(directory, { recursive: true, force: true })
    },
  }
  running.add(peer)
  if (child.spawnfile === process.execPath)
    await Promise.race([saysListening(child), pass(timeoutMs, undefined, { ref: false })])
  for (const port of [ports.at(0)!, ports.at(-1)!]) {
    const deadlineMs = Date.now() + timeoutMs
    while (!(await opens(port))) {
      if (isRunning() && Date.now() < deadlineMs) await pass(50)
      else {
        const fault = isRunning() ? `does not listen on port ${port} after ${timeoutMs / 1000} s` : 'has ended'
        await peer.stop()
        throw new Error(`${child.spawnfile} ${fault}:\n${said}`)
      }
    }
  }
  return peer
}
