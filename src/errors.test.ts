import { expect, it } from 'vitest'

import { LimpetError, messageOf, statusOfError } from './errors.ts'

it('says what an error says, and what is no error as text', () => {
  expect(
    [new TypeError('fetch failed'), new LimpetError('INTERNAL', 'lost'), 'closed', undefined].map(messageOf),
  ).toEqual(['fetch failed', 'lost', 'closed', 'undefined'])
})

it("has a status for each of Limpet's own errors, and 500 for every other", () => {
  expect(statusOfError(new LimpetError('CONFIG_INVALID', ''))).toBe(500)
  expect(statusOfError(new LimpetError('ADMIN_BAD_INPUT', ''))).toBe(400)
  expect(statusOfError(Object.assign(new Error('gone'), { status: 404 }))).toBe(500)
})
