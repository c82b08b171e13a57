import { expect, it } from 'vitest'

import { createThrottle, MAX_FAILURES, WINDOW_MS } from './throttle.ts'

function at(startMs = 1_700_000_000_000) {
  const clock = { ms: startMs }
  return { clock, throttle: createThrottle(() => clock.ms, 100) }
}

function failTimes(throttle: ReturnType<typeof createThrottle>, address: string, count: number): void {
  for (let i = 0; i < count; i++) throttle.fail(address)
}

it('refuses a client after ten wrong guesses within a minute, for a minute, and nobody else', () => {
  const { clock, throttle } = at()
  failTimes(throttle, '192.0.2.1', MAX_FAILURES - 1)
  expect(throttle.isBlocked('192.0.2.1')).toBe(false)
  throttle.fail('192.0.2.1')
  expect(throttle.isBlocked('192.0.2.1')).toBe(true)
  expect(throttle.isBlocked('192.0.2.2')).toBe(false)
  clock.ms += WINDOW_MS - 1
  expect(throttle.isBlocked('192.0.2.1')).toBe(true)
  clock.ms += 1
  expect(throttle.isBlocked('192.0.2.1')).toBe(false)
})

it('forgets failures that are a minute old', () => {
  const { clock, throttle } = at()
  failTimes(throttle, '192.0.2.1', MAX_FAILURES - 1)
  clock.ms += WINDOW_MS
  throttle.fail('192.0.2.1')
  expect(throttle.isBlocked('192.0.2.1')).toBe(false)
})

it('counts an IPv6 network of /64 as one client, and IPv4 in IPv6 as IPv4', () => {
  const { throttle } = at()
  for (let i = 1; i <= MAX_FAILURES; i++) throttle.fail(`2001:db8::${i}`)
  expect(throttle.isBlocked('2001:db8::ffff:1')).toBe(true)
  expect(throttle.isBlocked('2001:db8:0:1::1')).toBe(false)
  failTimes(throttle, '::ffff:192.0.2.7', MAX_FAILURES)
  expect(throttle.isBlocked('192.0.2.7')).toBe(true)
})

it('keeps a client blocked however many other addresses guess once', () => {
  const { throttle } = at()
  failTimes(throttle, '192.0.2.1', MAX_FAILURES)
  for (let i = 0; i < 1_005; i++) throttle.fail(`10.0.${i >> 8}.${i & 255}`)
  expect(throttle.isBlocked('192.0.2.1')).toBe(true)
})

it('counts a client again from one when its place was needed', () => {
  const { throttle } = at()
  failTimes(throttle, '192.0.2.1', MAX_FAILURES - 1)
  for (let i = 0; i < 100; i++) throttle.fail(`10.0.0.${i}`)
  throttle.fail('192.0.2.1')
  expect(throttle.isBlocked('192.0.2.1')).toBe(false)
})

it('counts as many clients at once as it has places', () => {
  const { throttle } = at()
  const clients = Array.from({ length: 100 }, (_, i) => `10.0.0.${i}`)
  for (let i = 0; i < MAX_FAILURES; i++) for (const client of clients) throttle.fail(client)
  expect(clients.filter((client) => !throttle.isBlocked(client))).toEqual([])
})

it('forgets the client that guessed longest ago first', () => {
  const { throttle } = at()
  failTimes(throttle, '192.0.2.1', MAX_FAILURES - 2)
  for (let i = 0; i < 99; i++) throttle.fail(`10.0.0.${i}`)
  throttle.fail('192.0.2.1')
  throttle.fail('10.0.1.1')
  throttle.fail('192.0.2.1')
  expect(throttle.isBlocked('192.0.2.1')).toBe(true)
})

it('blocks no more clients than it has places, the last ones', () => {
  const { throttle } = at()
  const clients = Array.from({ length: 101 }, (_, i) => `10.0.0.${i}`)
  for (const client of clients) failTimes(throttle, client, MAX_FAILURES)
  expect(clients.filter((client) => !throttle.isBlocked(client))).toEqual(['10.0.0.0'])
})
