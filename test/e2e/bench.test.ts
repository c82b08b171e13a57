// The bench is run by hand: that each of its variants starts and does what it is measured for is seen here.

import { expect, it } from 'vitest'

import { end, startOrigin } from '../../bench/processes.ts'
import { createCounterVariants, createVariants } from '../../bench/variants.ts'

it('has variants that do what they are measured for', async () => {
  const origins = await startOrigin()
  const variants = [...(await createVariants(false)), ...(await createCounterVariants())]
  expect(variants.length).toBeGreaterThan(10)
  for (const variant of variants) {
    const balancer = await variant.start(origins)
    await variant.verify(balancer)
    for (const pid of balancer.pids) end(pid)
  }
})
