import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { configOrThrow } from '../config/validate.ts'
import { bundleWorker } from './bundle.ts'
import { temporaryDirectory } from './testing.ts'

it('has the commands of its sockets, also where a deployment has no admin API', async () => {
  const outfile = join(temporaryDirectory(), 'worker.js')
  const config = configOrThrow(
    { admin: { enabled: false }, backends: [{ name: 'app', servers: [{ name: 's1', url: 'http://192.0.2.1' }] }] },
    'serve',
  )
  await bundleWorker({ path: '/site/limpet.config.ts', isOfEnv: false }, config, outfile)
  expect(readFileSync(outfile, 'utf8')).toContain('show servers state')
})
