// A line that HAProxy 2.6 refuses because of a word or a value is an error, whatever the operator gives up: a typing error in
// what keeps people out, or in what keeps them on their server, is not skipped. Each was put to `haproxy -c`. What HAProxy takes
// and Limpet does not stays unsupported.

import { describe, expect, it } from 'vitest'

import { translateHaproxy } from './translate.ts'

function lastOf(text: string) {
  const ports = { env: {}, hash64: () => 0n, text: () => undefined }
  return translateHaproxy([{ file: 'x.cfg', text: `${text}\n` }], ports).diagnostics.at(-1)!
}

describe('an unknown word', () => {
  it.each([
    ['listen app\nstats authentication admin:pw', "HAProxy 2.6 has no stats option 'authentication'"],
    ['listen app\nstats', 'stats option missing'],
    ['listen app\nstick wherever src', "HAProxy 2.6 has no stick rule 'wherever'"],
    ['listen app\nemail-alert receivers a@b', "HAProxy 2.6 has no email-alert option 'receivers'"],
    ['mailers m\nserver a 10.0.0.1:25', "HAProxy 2.6 has no mailers line 'server'"],
    ['global\nstats socket /run/x permissions admin', "HAProxy 2.6 has no stats socket option 'permissions'"],
    ['global\nstats sock /run/x', "unknown stats line 'sock'; did you mean 'socket'?"],
  ])('is an error: %j', (text, message) => {
    expect(lastOf(text)).toMatchObject({ status: 'error', message: expect.stringContaining(message) })
  })
})
