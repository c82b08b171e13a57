// The two that are compared, each started with the same file.

import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

import type { Scenario } from './scenario.ts'

const CLI = fileURLToPath(new URL('../../../bin/limpet.js', import.meta.url))
const START_TIMEOUT_MS = 20_000

export interface Peer {
  stop(): Promise<void>
}

/** A directory of its own with the files that scenarios name. */
export function makeDirectory(scenarios: readonly Scenario[]): string {
  const directory = mkdtempSync(join(tmpdir(), 'limpet-conformance-'))
  for (const { files = {} } of scenarios) {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
  }
  return directory
}

export function startHaproxy(config: string, ports: readonly number[]): Promise<Peer> {
  return start(config, ports, (file) => spawn('haproxy', ['-db', '-f', file], { stdio: ['ignore', 'ignore', 'pipe'] }))
}

export function startLimpet(config: string, ports: readonly number[]): Promise<Peer> {
  return start(config, ports, serve)
}

/** What `limpet import` makes of the file is served instead. */
export function startImported(config: string, ports: readonly number[]): Promise<Peer> {
  return start(config, ports, (file) => {
    const imported = join(dirname(file), 'limpet.config.ts')
    execFileSync(process.execPath, [CLI, 'import', file, '-o', imported], { stdio: 'ignore' })
    return serve(imported)
  })
}

function serve(file: string): ChildProcess {
  return spawn(process.execPath, [CLI, 'serve', file, '--log', 'off', '--drain', '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, LIMPET_ADMIN_TOKEN: '' },
  })
}

async function start(config: string, ports: readonly number[], run: (file: string) => ChildProcess): Promise<Peer> {
  const directory = mkdtempSync(join(tmpdir(), 'limpet-conformance-'))
  const file = join(directory, 'both.cfg')
  writeFileSync(file, config)
  const child = run(file)
  let said = ''
  child.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const ended = once(child, 'exit')
  const failed = ended.then(([status]) =>
    Promise.reject(new Error(`${child.spawnfile} ended with ${status}:\n${said}`)),
  )
  failed.catch(() => undefined)
  await Promise.race([Promise.all([ports.at(0)!, ports.at(-1)!].map(untilListening)), failed])
  return {
    async stop() {
      child.kill('SIGTERM')
      await ended
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

async function untilListening(port: number): Promise<void> {
  const deadlineMs = Date.now() + START_TIMEOUT_MS
  while (!(await opens(port))) {
    if (Date.now() > deadlineMs) throw new Error(`nobody listens on port ${port}`)
    await pass(50)
  }
}

function opens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true))
    socket.on('error', () => resolve(false)).on('connect', () => socket.destroy())
  })
}
