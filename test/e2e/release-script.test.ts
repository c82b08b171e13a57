// The deploy script of docs/releases.md, run as a CI runs it: its commands are real, its pauses are shorter, and `is-it-well` says what the
// test wants.

import { execFile } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { describe, expect, it } from 'vitest'

import type { LimpetConfig } from '../../src/config/options/root.ts'
import { CLI, exchange, startOrigin, temporaryDirectory, TOKEN, until } from './harness.ts'
import { startServing } from './reloading.ts'

const PAGE = readFileSync(new URL('../../docs/releases.md', import.meta.url), 'utf8')
const [, SCRIPT = ''] = /^### In a deploy script$.*?^```sh\n(.*?)^```$/ms.exec(PAGE) ?? []
const run = promisify(execFile)
const PAUSE = 'sleep 600'

async function deploying() {
  const [one, two] = [await startOrigin('a1'), await startOrigin('b1')]
  const config: LimpetConfig = {
    backends: [
      {
        name: 'app',
        releases: { list: ['r1', 'r2'], current: 'r1' },
        check: { uri: '/health', inter: '200ms', rise: 1, fall: 1, timeout: '30s' },
        servers: [
          { name: 'a1', release: 'r1', url: one.url },
          { name: 'b1', release: 'r2', url: two.url },
        ],
      },
    ],
  }
  const limpet = await startServing(config, '--listen', '127.0.0.1:0')
  const list = async () => JSON.parse((await limpet.limpet('release', 'list', 'app', '--json')).stdout) as Row[]
  const deploy = (isItWell: string, pause?: string) => runScript(limpet.url, isItWell, pause)
  return { limpet, two, list, deploy }
}

interface Row {
  readonly release: string
  readonly state: string
  readonly up: number
}

/** Returns what was printed, and the exit status. `pause`: in place of `sleep`. */
async function runScript(url: string, isItWell: string, pause = 'exit 0') {
  const directory = temporaryDirectory()
  const write = (name: string, text: string) => {
    writeFileSync(join(directory, name), `#!/bin/sh\n${text}\n`)
    chmodSync(join(directory, name), 0o755)
  }
  write('npx', `shift; exec '${process.execPath}' '${CLI}' "$@"`)
  write('sleep', pause)
  write('is-it-well', isItWell)
  write('deploy', SCRIPT)
  const environment = {
    ...process.env,
    PATH: `${directory}:${process.env['PATH']}`,
    NEW: 'r2',
    LIMPET_URL: url,
    LIMPET_ADMIN_TOKEN: TOKEN,
  }
  return run(join(directory, 'deploy'), { cwd: directory, env: environment }).then(
    ({ stdout, stderr }) => ({ status: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      status: error.code,
      stdout: error.stdout,
      stderr: error.stderr,
    }),
  )
}

const statesOf = (rows: readonly Row[]) => Object.fromEntries(rows.map(({ release, state }) => [release, state]))
const sharesIn = (text: string) => [...text.matchAll(/^r2 +canary +(\d+) %/gm)].map(([, share]) => share)

describe('the documented deploy script', () => {
  it('pauses for minutes between its steps', () => {
    expect(SCRIPT.split(PAUSE)).toHaveLength(3)
  })

  it('waits for checks, goes step by step, and promotes', async () => {
    const { limpet, two, list, deploy } = await deploying()
    await two.kill()
    await until(async () => (await list()).some(({ release, up }) => release === 'r2' && up === 0))
    const [refused, isUp] = [join(temporaryDirectory(), 'refused'), join(temporaryDirectory(), 'up')]
    const done = deploy('exit 0', `touch '${refused}'; until [ -e '${isUp}' ]; do /bin/sleep 0.05; done`)
    await until(async () => existsSync(refused))
    await two.restart()
    await until(async () => (await list()).some(({ release, up }) => release === 'r2' && up === 1))
    writeFileSync(isUp, '')
    const { status, stdout, stderr } = await done
    expect([status, sharesIn(stdout)]).toEqual([0, ['5', '25', '50']])
    expect(stderr).toContain('0 of 1 servers of app/r2 take new clients')
    expect(statesOf(await list())).toEqual({ r2: 'current', r1: 'kept' })
    expect((await exchange(limpet.url)).body).toContain('b1')
  })

  it('aborts, and fails, when the new release is not well', async () => {
    const { list, deploy } = await deploying()
    const { status, stdout } = await deploy('[ ! -e asked ] && touch asked')
    expect([status, sharesIn(stdout)]).toEqual([1, ['5', '25']])
    expect(statesOf(await list())).toEqual({ r2: 'aborted', r1: 'current' })
  })

  it('fails without a change when too few servers of the new release ever come up', async () => {
    const { two, list, deploy } = await deploying()
    await two.kill()
    await until(async () => (await list()).some(({ release, up }) => release === 'r2' && up === 0))
    expect((await deploy('exit 0')).status).toBe(1)
    expect(statesOf(await list())).toEqual({ r2: 'new', r1: 'current' })
  })
})
