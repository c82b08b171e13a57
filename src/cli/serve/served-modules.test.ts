import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { configOrThrow } from '../../config/validate.ts'
import { temporaryDirectory } from '../testing.ts'
import { writeServedModules } from './served-modules.ts'

const CONFIG = configOrThrow(
  { admin: { enabled: false }, backends: [{ name: 'app', servers: [{ name: 's1', url: 'http://192.0.2.1' }] }] },
  'serve',
)

it('the Worker has the commands of its sockets, also where a deployment has no admin API, and imports the configuration', async () => {
  const directory = temporaryDirectory()
  const files = await writeServedModules({ path: '/site/limpet.config.ts', isOfEnv: false }, CONFIG, directory)
  expect(files).toEqual(['worker.js', 'worker-config.js'])
  const worker = readFileSync(join(directory, 'worker.js'), 'utf8')
  expect(worker).toContain('show servers state')
  expect(worker).toContain('"./worker-config.js"')
  expect(worker).not.toContain('192.0.2.1')
  const config = join(directory, 'worker-config.js')
  expect(statSync(config).mode & 0o777).toBe(0o600)
  const { default: module } = (await import(config)) as { default: { configOf(): unknown } }
  expect(module.configOf()).toEqual(CONFIG)
})
