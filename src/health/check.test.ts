import { expect, it } from 'vitest'

import { resolveConfig } from '../config/resolve.ts'
import { askedServer, CHECK_TEXT, describeResult, passed } from './check.ts'
import type { CheckCode } from './check.ts'

it.each([
  ['http://s1.example', {}, 'http://s1.example'],
  ['http://s1.example', { port: 81 }, 'http://s1.example:81'],
  ['https://s1.example', { addr: '10.0.0.9' }, 'https://10.0.0.9:443'],
  ['https://s1.example:8443', { addr: '10.0.0.9', port: 444 }, 'https://10.0.0.9:444'],
])('a server at %s with the check %j is asked at %s', (url, check, origin) => {
  const servers = [{ name: 's1', url, check }]
  const [server] = resolveConfig({ backends: [{ name: 'app', check: true, servers }] }).backends[0]!.servers
  expect(askedServer(server!, server!.check!).origin).toBe(origin)
})

it('passes with OK, and when a server asks to leave', () => {
  const codes = Object.keys(CHECK_TEXT) as CheckCode[]
  const passing = codes.filter((code) => passed({ code, status: null, durationMs: 1 }))
  expect(passing).toEqual(['L4OK', 'L6OK', 'L7OK', 'L7OKC'])
})

it('says what was found, with the status where there is one', () => {
  expect(describeResult({ code: 'L7STS', status: 500, durationMs: 3 })).toBe('unwanted status 500 (L7STS) in 3 ms')
  expect(describeResult({ code: 'L4TOUT', status: null, durationMs: 50 })).toBe(
    'connection timed out (L4TOUT) in 50 ms',
  )
})
