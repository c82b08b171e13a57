// Real processes: whatever ends the parent ends the child.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

import { expect, it, onTestFinished } from 'vitest'

import { until } from '../../../test/e2e/harness.ts'
import { isAlive } from '../../../test/processes.ts'

const MODULE = new URL('tied-process.ts', import.meta.url).href

/** A parent that starts `sleep` and prints its pid. */
async function startParent(environment: NodeJS.ProcessEnv) {
  const code = `
    const { spawnTied } = await import(${JSON.stringify(MODULE)})
    const { pid } = spawnTied('/bin/sleep', ['60'], { stdio: 'ignore' })
    console.log(pid)
    setInterval(() => undefined, 1000)`
  const parent = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  })
  const [line] = (await once(createInterface(parent.stdout), 'line')) as [string]
  const child = Number(line)
  onTestFinished(() => {
    parent.kill('SIGKILL')
    if (isAlive(child)) process.kill(child, 'SIGKILL')
  })
  return { parent, child }
}

it.each([
  ['by the kernel', {}, 'SIGKILL'],
  ['by a watcher where there is no setpriv', { PATH: '/nowhere' }, 'SIGKILL'],
  ['by a watcher, after a signal that nobody handles', { PATH: '/nowhere' }, 'SIGHUP'],
] as const)('a tied process ends with its parent, %s', async (_, environment, signal) => {
  const { parent, child } = await startParent(environment)
  expect(isAlive(child)).toBe(true)
  parent.kill(signal)
  await until(() => !isAlive(child), 5_000)
})
