// The bench is run by hand: that each of its variants starts and does what it is measured for is seen here.

import { spawnSync } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { expect, it } from 'vitest'

import { end, startOrigin } from '../../bench/processes.ts'
import { createCounterVariants, createVariants } from '../../bench/variants.ts'
import { temporaryDirectory } from './harness.ts'

const RUN = fileURLToPath(new URL('../../bench/run.ts', import.meta.url))

it('has variants that do what they are measured for', async () => {
  const origins = await startOrigin()
  // Rows of one profile start and ask in the same way as those of the other.
  const variants = (await createVariants(true)).filter(({ name }) => !/(?:due|new), X-Forwarded/.test(name))
  variants.push(...(await createCounterVariants()))
  expect(variants.length).toBeGreaterThan(10)
  const takeOne = async (): Promise<void> => {
    for (let variant = variants.pop(); variant; variant = variants.pop()) {
      const balancer = await variant.start(origins)
      await variant.verify(balancer)
      for (const pid of balancer.pids) end(pid)
    }
  }
  await Promise.all([takeOne(), takeOne(), takeOne()])
})

it.each([
  [['--workers'], 'bin/limpet.js: name a checkout of Limpet'],
  [['--compare'], 'src/balancer: name a checkout of Limpet'],
  [['--growth', '--compare'], 'src/balancer: name a checkout of Limpet'],
  [['--instructions', '--compare'], 'src/balancer: name a checkout of Limpet'],
  [['--releases', '--compare'], 'src/balancer: name a checkout of Limpet'],
])('%j of a directory without Limpet says so in one line', (words, missing) => {
  const directory = temporaryDirectory()
  const { status, stdout, stderr } = spawnSync(process.execPath, [RUN, ...words, directory], { encoding: 'utf8' })
  expect([status, stdout, stderr]).toEqual([1, '', `bench: ${words.at(-1)} ${directory}: there is no ${missing}\n`])
})

it('counts no instructions without valgrind, and says so in one line', () => {
  // What the bench itself asks for a clock's ticks.
  const path = temporaryDirectory()
  symlinkSync('/usr/bin/getconf', join(path, 'getconf'))
  const { status, stdout, stderr } = spawnSync(process.execPath, [RUN, '--instructions'], {
    encoding: 'utf8',
    env: { ...process.env, PATH: path },
  })
  const said = '--instructions needs valgrind, which does not start (ENOENT): install the package valgrind'
  expect([status, stdout, stderr]).toEqual([1, '', `bench: ${said}\n`])
})

it.each([
  [['--warm', '10'], '--warm takes a multiple of 4, one request for each connection at least'],
  [
    ['--functions', 'nothing'],
    "--functions: there is no row 'nothing'; the rows are 'passthrough', 'floor: returning'",
  ],
])('refuses --instructions %j before it starts a Worker', { skip: !hasValgrind() }, (words, said) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [RUN, '--instructions', ...words], {
    encoding: 'utf8',
  })
  expect([status, stdout, stderr.slice(0, said.length + 7)]).toEqual([1, '', `bench: ${said}`])
})

it('counts the instructions of a request', { skip: !hasValgrind() }, () => {
  const words = ['--instructions', '--only', 'passthrough', '--warm', '40', '--count', '40']
  const { status, stdout, stderr } = spawnSync(process.execPath, [RUN, ...words], { encoding: 'utf8' })
  expect(status, stderr).toBe(0)
  const [totals, shares] = stdout.match(/^passthrough .*$/gm)!.map((line) => line.split(/ +/).slice(1).map(Number))
  expect(totals).toEqual([expect.any(Number), 1])
  // The last is of V8's compilers, which no total has.
  const sum = shares!.slice(0, -1).reduce((one, other) => one + other, 0)
  expect(Math.abs(sum - totals![0]!)).toBeLessThan(1)
  expect(totals![0]).toBeGreaterThan(100)
})

function hasValgrind(): boolean {
  return spawnSync('valgrind', ['--version']).error === undefined
}
