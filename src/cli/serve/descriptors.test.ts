import { expect, it } from 'vitest'

import { createDescriptorWatch, descriptorLimit, limitText } from './descriptors.ts'

// Linux alone tells it, in /proc.
it.skipIf(process.platform !== 'linux')('the limit of a process is the kernel’s', () => {
  expect(descriptorLimit(process.pid)).toBeGreaterThan(100)
  expect(limitText(256)).toBe('at most 256 open files, enough for 54 requests in progress or 108 idle connections')
})

it('nobody has the limit of a process that is not there', () => {
  expect(descriptorLimit(2 ** 30)).toBeUndefined()
})

it('says once that the limit is near, and again after it was far', () => {
  const said: string[] = []
  let open: number | undefined = 10
  const look = createDescriptorWatch(
    100,
    () => open,
    (line) => said.push(line),
  )
  const after = (counts: readonly (number | undefined)[]) => {
    for (open of counts) look()
    return said.splice(0)
  }
  expect(after([10, 79])).toEqual([])
  expect(after([80, 95, 79, 90, undefined])).toEqual([
    expect.stringMatching(/^warning: 80 of at most 100 files are open, and workerd ends when there are more; raise it/),
  ])
  expect(after([59, 81])).toEqual([expect.stringMatching(/^warning: 81 of at most 100/)])
})
