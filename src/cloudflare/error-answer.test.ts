import { afterEach, expect, it, vi } from 'vitest'

import { LimpetError } from '../errors.ts'
import { answerError } from './error-answer.ts'

afterEach(() => vi.restoreAllMocks())

async function answered(error: unknown) {
  const log = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const response = answerError(error)
  const line = JSON.parse(String(log.mock.lastCall)) as Record<string, unknown>
  return { status: response.status, text: await response.text(), line }
}

it("an error of Limpet's own is logged with its code, and the client gets its status and nothing of its words", async () => {
  const { status, text, line } = await answered(new LimpetError('CONFIG_INVALID', 'the secret binding is missing'))
  expect(status).toBe(500)
  expect(text).not.toContain('secret')
  expect(line).toEqual({ event: 'error', code: 'CONFIG_INVALID', message: 'the secret binding is missing' })
  expect((await answered(new LimpetError('ADMIN_BAD_INPUT', 'no such state'))).status).toBe(400)
})

it('any other is a 500, and its stack is logged', async () => {
  const { status, text, line } = await answered(new TypeError('secret is not a function'))
  expect(status).toBe(500)
  expect(text).not.toContain('secret')
  expect(line).toMatchObject({ event: 'error', message: 'secret is not a function' })
  expect(line['stack']).toContain('error-answer.test.ts')
  expect(line).not.toHaveProperty('code')
  expect(await answered('closed')).toMatchObject({ status: 500, line: { event: 'error', message: 'closed' } })
})
