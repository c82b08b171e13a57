import { expect, it } from 'vitest'

import { identityOf, isRunning } from './process-identity.ts'

/** Above what a kernel gives away (proc(5): pid_max is at most 2^22). */
const NOBODY = 2 ** 30

it('a process is known by its pid and its start: another with the same pid is another', () => {
  const own = identityOf(process.pid)!
  expect(own.pid).toBe(process.pid)
  expect(identityOf(process.pid)).toEqual(own)
  expect(isRunning(own)).toBe(true)
  expect(isRunning({ ...own, startedAt: `${own.startedAt}0` })).toBe(false)
})

it('one that is gone has no identity, and does not run', () => {
  expect(identityOf(NOBODY)).toBeUndefined()
  expect(isRunning({ pid: NOBODY, startedAt: '1' })).toBe(false)
})
