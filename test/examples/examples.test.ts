// Each example does what its README says: its types are right, its deploy is rehearsed, and its own test balances.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { EXAMPLES, installExample } from './project.ts'

/** As somebody types it. */
const COMMANDS = 'npm run types\nnpm test'
/** The examples wait for each other's processes more than they work. */
const AT_ONCE = 2

async function run(directory: string): Promise<{ status: number | null; said: string }> {
  const { LIMPET_ADMIN_TOKEN: _, LIMPET_COOKIE_KEYS: __, LIMPET_URL: ___, CLOUDFLARE_ENV: ____, ...env } = process.env
  const shell = spawn('sh', ['-ec', COMMANDS], {
    cwd: directory,
    env: { ...env, CI: '1', NO_COLOR: '1', WRANGLER_SEND_METRICS: 'false' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [shell.stdout, shell.stderr]) stream.on('data', (data: Buffer) => (said += data.toString()))
  const [status] = (await once(shell, 'close')) as [number | null]
  return { status, said }
}

let turn: Promise<unknown>[] = []

describe.concurrent('an example', () => {
  it.each(EXAMPLES)('%s', async (name) => {
    const before = turn[turn.length - AT_ONCE]
    const result = (async () => {
      await before?.catch(() => undefined)
      const directory = mkdtempSync(join(tmpdir(), `limpet-${name}-`))
      installExample(name, directory)
      try {
        return await run(directory)
      } finally {
        rmSync(directory, { recursive: true, force: true })
      }
    })()
    turn = [...turn, result]
    expect(await result).toEqual({
      status: 0,
      said: expect.stringMatching(/built into \.limpet\/config\.js[^]+--dry-run: exiting now\.[^]+Tests +\d+ passed/),
    })
  })
})
