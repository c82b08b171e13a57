// The bench is run by hand: that each of its variants starts and does what it is measured for is seen here.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

import { expect, it } from 'vitest'

import { end, startOrigin } from '../../bench/processes.ts'
import { createCounterVariants, createVariants } from '../../bench/variants.ts'
import { temporaryDirectory } from './harness.ts'

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
  [['--releases', '--compare'], 'src/balancer: name a checkout of Limpet'],
])('%j of a directory without Limpet says so in one line', (words, missing) => {
  const directory = temporaryDirectory()
  const script = fileURLToPath(new URL('../../bench/run.ts', import.meta.url))
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...words, directory], { encoding: 'utf8' })
  expect([status, stdout, stderr]).toEqual([1, '', `bench: ${words.at(-1)} ${directory}: there is no ${missing}\n`])
})
