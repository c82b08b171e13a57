// The bench is run by hand: that each of its variants starts and does what it is measured for is seen here.

import { expect, it } from 'vitest'

import { end, startOrigin } from '../../bench/processes.ts'
import { createCounterVariants, createVariants } from '../../bench/variants.ts'

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
