// What the matrix starts: builds, applications, and `limpet serve` before them.

import { execFile, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import type { LimpetConfig } from '../../src/config/options/root.ts'
import { freePort } from '../../test/free-ports.ts'
import { listens } from '../../test/processes.ts'
import type { Application } from './application.ts'

const run = promisify(execFile)
const CLI = fileURLToPath(new URL('../../bin/limpet.js', import.meta.url))
const TOKEN = 'a-token-of-the-matrix'
const STARTS_WITHIN_MS = 60_000

const started: ChildProcess[] = []
process.on('exit', () => {
  for (const child of started) child.kill('SIGKILL')
})

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), 2_000)
  await ended
  clearTimeout(late)
}

function spawnIn(directory: string, [command, ...args]: readonly string[], environment: NodeJS.ProcessEnv) {
  const child = spawn(command!, args, { cwd: directory, env: environment, stdio: ['ignore', 'ignore', 'pipe'] })
  started.push(child)
  const said = { text: '' }
  child.stderr.on('data', (chunk: Buffer) => (said.text = (said.text + chunk.toString()).slice(-2_000)))
  child.on('error', (error) => (said.text += error.message))
  return { child, said }
}

/** Installs what is not there yet, and builds both releases below `directory`. */
export async function buildReleases(app: Application, directory: string, releases: readonly string[]): Promise<void> {
  mkdirSync(directory, { recursive: true })
  const manifest = { private: true, type: 'module', dependencies: app.packages }
  writeFileSync(join(directory, 'package.json'), JSON.stringify(manifest))
  if (Object.keys(app.packages).length > 0 && !existsSync(join(directory, 'node_modules')))
    await run('npm', ['install', '--no-audit', '--no-fund', '--legacy-peer-deps'], { cwd: directory })
  for (const release of releases) {
    const own = join(directory, release)
    rmSync(own, { recursive: true, force: true })
    const files = { 'package.json': '{"private":true,"type":"module"}', ...app.files(release) }
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(own, path)), { recursive: true })
      writeFileSync(join(own, path), text)
    }
    const [command, ...args] = app.build ?? []
    if (command !== undefined) await run(command, args, { cwd: own, env: environmentOf(directory) })
  }
}

function environmentOf(directory: string): NodeJS.ProcessEnv {
  const path = `${join(directory, 'node_modules/.bin')}:${process.env['PATH']}`
  return {
    ...process.env,
    PATH: path,
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    ASTRO_TELEMETRY_DISABLED: '1',
  }
}

export async function startRelease(app: Application, directory: string, release: string) {
  const port = await freePort()
  const environment = { ...environmentOf(directory), PORT: String(port), HOST: '127.0.0.1', NITRO_HOST: '127.0.0.1' }
  const { child, said } = spawnIn(join(directory, release), app.start(port), environment)
  await listens(child, port, STARTS_WITHIN_MS, () => said.text)
  return { url: `http://127.0.0.1:${port}`, end: () => end(child) }
}

export async function startLimpet(config: LimpetConfig, isolates = 1) {
  const directory = mkdtempSync(join(tmpdir(), 'limpet-releases-'))
  const file = join(directory, 'limpet.config.json')
  const state = join(directory, 'state')
  const write = (next: LimpetConfig) => writeFileSync(file, JSON.stringify(next))
  write(config)
  const port = await freePort(isolates)
  const urls = Array.from({ length: isolates }, (_, i) => `http://127.0.0.1:${port + i}`)
  const url = urls[0]!
  const environment = { ...process.env, LIMPET_URL: url, LIMPET_ADMIN_TOKEN: TOKEN }
  const words = ['serve', file, '--listen', `127.0.0.1:${port}`, '--state', state, '--isolates', `${isolates}`]
  const { child, said } = spawnIn(directory, [process.execPath, CLI, ...words], environment)
  // The port alone is open for a moment before that, when `limpet serve` looks whether it is free.
  for (
    const untilMs = Date.now() + STARTS_WITHIN_MS;
    said.text.split('listening on').length <= isolates;
    await pass(20)
  )
    if (child.exitCode !== null || Date.now() > untilMs) throw new Error(`limpet serve does not listen: ${said.text}`)
  const limpet = (...args: readonly string[]) => run(process.execPath, [CLI, ...args], { env: environment })
  return {
    url,
    /** One for each isolate. */
    urls,
    limpet,
    async reload(next: LimpetConfig) {
      write(next)
      await limpet('reload', '--state', state)
    },
    async end() {
      await end(child)
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
