// A checkout that somebody deploys from, in a directory of its own, and a shell to type commands there.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { onTestFinished } from 'vitest'

import { temporaryDirectory } from './harness.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FILES = [
  'package.json',
  'bin',
  'src',
  'limpet.config.ts',
  'limpet.schema.json',
  'wrangler.toml',
  '.dev.vars.example',
]

export function freshCopy(): string {
  const directory = temporaryDirectory()
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'))
  for (const name of FILES) cpSync(join(ROOT, name), join(directory, name), { recursive: true })
  return directory
}

export interface Typed {
  /** Both outputs so far. */
  said(): string
  /** The exit status. */
  readonly ended: Promise<number | null>
  /** Ctrl-C. */
  interrupt(): Promise<number | null>
}

/** Runs the lines in a shell; whatever they start ends with the test. */
export function type(directory: string, lines: string, environment: Readonly<Record<string, string>> = {}): Typed {
  const { LIMPET_ADMIN_TOKEN: _, LIMPET_COOKIE_KEYS: __, LIMPET_URL: ___, CLOUDFLARE_ENV: ____, ...env } = process.env
  const shell = spawn('sh', ['-ec', lines], {
    cwd: directory,
    detached: true,
    env: { ...env, CI: '1', NO_COLOR: '1', WRANGLER_SEND_METRICS: 'false', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [shell.stdout, shell.stderr]) stream.on('data', (data: Buffer) => (said += data.toString()))
  const ended = once(shell, 'close').then(([status]) => status as number | null)
  const signal = (name: NodeJS.Signals) => {
    try {
      process.kill(-shell.pid!, name)
    } catch {
      // All of the group have ended.
    }
    return ended
  }
  onTestFinished(async () => void (await signal('SIGKILL')))
  return { said: () => said, ended, interrupt: () => signal('SIGINT') }
}
