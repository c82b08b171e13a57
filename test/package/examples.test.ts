// Each example does what its README says: its types are right, its deploy is rehearsed, and its own test balances.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'

import { describe, expect, inject, it } from 'vitest'

import { EXAMPLES, installExample } from './install.ts'

const packed = inject('packed')

/** As its README has it; timeouts end what hangs, and a busy machine must not reach them. */
const LINES = 'npm run types\nnpm test -- --testTimeout 300000 --hookTimeout 300000'

async function run(directory: string): Promise<{ status: number | null; said: string }> {
  const { LIMPET_ADMIN_TOKEN: _, LIMPET_COOKIE_KEYS: __, CLOUDFLARE_ENV: ___, VITEST: ____, ...env } = process.env
  const shell = spawn('sh', ['-ec', LINES], {
    cwd: directory,
    env: { ...env, CI: '1', NO_COLOR: '1', WRANGLER_SEND_METRICS: 'false' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [shell.stdout, shell.stderr]) stream.on('data', (data: Buffer) => (said += data.toString()))
  const [status] = (await once(shell, 'close')) as [number | null]
  return { status, said }
}

describe.concurrent('an example', () => {
  it.each(EXAMPLES)('%s', async (name) => {
    const directory = installExample(packed, name)
    try {
      expect(await run(directory)).toEqual({
        status: 0,
        said: expect.stringMatching(/built into \.limpet\/config\.js[^]+--dry-run: exiting now\.[^]+Tests +\d+ passed/),
      })
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  })
})
