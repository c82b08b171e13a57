import { expect, it } from 'vitest'

import type { Config } from '../../config/config.ts'
import { configOrThrow } from '../../config/validate.ts'
import { createHeldConfig } from './held-config.ts'

const [built, second, third] = ['built', 'second', 'third'].map((name) =>
  configOrThrow({ backends: [{ name, servers: [{ name: 's1', url: 'http://10.0.0.1' }] }] }, 'serve'),
) as [Config, Config, Config]
const ENV = {}
/** Of a keeper that was started for the first generation. */
const createHeld = () =>
  createHeldConfig(
    () => built,
    () => 1,
  )

it('takes later generations only', () => {
  const held = createHeld()
  expect(held.configOf(ENV)).toBe(built)
  expect(held.take(ENV, second, 1)).toBe(false)
  expect(held.take(ENV, third, 3)).toBe(true)
  expect(held.take(ENV, second, 2)).toBe(false)
  expect(held.configOf(ENV)).toBe(third)
})

it('goes back to what it had before fronts that did not start, and does not take theirs again', () => {
  const held = createHeld()
  held.take(ENV, second, 2)
  held.take(ENV, third, 3)
  expect(held.withdraw(ENV, 2)).toBe(false)
  expect(held.withdraw(ENV, 3)).toBe(true)
  expect(held.configOf(ENV)).toBe(second)
  expect(held.take(ENV, third, 3)).toBe(false)
  expect(held.take(ENV, third, 4)).toBe(true)
})
