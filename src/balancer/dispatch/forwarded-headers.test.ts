// What the server learns about the client.

import { expect, it } from 'vitest'

import type { Frontend } from '../../config/options/frontend.ts'
import { resolveConfig } from '../../config/resolve.ts'
import type { FrontendInput } from '../../config/options/frontend.ts'
import { transactionOf } from '../../rules/testing.ts'
import type { AskedFor } from '../../rules/testing.ts'
import { addUniqueId, createForwarded, createForwardFor, createXForwarded } from './forwarded-headers.ts'

const frontendOf = (more: Partial<FrontendInput> = {}): Frontend =>
  resolveConfig({ frontends: [{ name: 'www', ...more }], backends: [] } as never).frontends[0]!

/** A header after `change`. */
function headerAfter(
  change: ((transaction: ReturnType<typeof transactionOf>) => void) | undefined,
  name: string,
  asked: AskedFor = {},
): string | null {
  const transaction = transactionOf(asked)
  change?.(transaction)
  return transaction.forOrigin.headers.get(name)
}

it.each([
  [
    'behind what is there',
    { header: 'x-forwarded-for', except: [], ifNone: false },
    '198.51.100.7',
    '9.9.9.9, 198.51.100.7',
  ],
  [
    'not with `ifNone` where there is one',
    { header: 'x-forwarded-for', except: [], ifNone: true },
    '198.51.100.7',
    '9.9.9.9',
  ],
  [
    'not of an excepted network',
    { header: 'x-forwarded-for', except: ['198.51.100.0/24'], ifNone: false },
    '198.51.100.7',
    '9.9.9.9',
  ],
  ['not where it is unknown', { header: 'x-forwarded-for', except: [], ifNone: false }, '', '9.9.9.9'],
] as const)('forwardfor tells the peer’s address %s', (_, { header, except, ifNone }, peerAddress, value) => {
  const { forwardfor } = frontendOf({ forwardfor: { header, except: [...except], ifNone } })
  const headers = { 'x-forwarded-for': '9.9.9.9' }
  expect(headerAfter(createForwardFor(forwardfor), 'x-forwarded-for', { headers, peerAddress })).toBe(value)
})

it('forwardfor with `ifNone` tells it where there is none, and without it nothing is told', () => {
  const { forwardfor } = frontendOf({ forwardfor: { header: 'x-client', ifNone: true } })
  expect(headerAfter(createForwardFor(forwardfor), 'x-client')).toBe('192.0.2.1')
  expect(headerAfter(createForwardFor(null), 'x-forwarded-for')).toBeNull()
})

it.each([
  [['for'], { peerAddress: '192.0.2.1' }, 'for=192.0.2.1'],
  [['for'], { peerAddress: '2001:db8::1' }, 'for="[2001:db8::1]"'],
  [['for'], { peerAddress: '' }, 'for=unknown'],
  [['host'], { url: 'http://www.example.com/' }, 'host=www.example.com'],
  [['host'], { url: 'http://www.example.com:8080/' }, 'host="www.example.com:8080"'],
  [['host'], { url: 'http://[2001:db8::1]/' }, 'host="[2001:db8::1]"'],
  [['proto', 'host', 'for'], { scheme: 'https' }, 'proto=https;host=www.example.com;for=192.0.2.1'],
] as const)('forwarded of %j of %j is %s', (parts, asked, value) => {
  expect(headerAfter(createForwarded(parts), 'forwarded', asked)).toBe(value)
})

it('forwarded is appended, and not told without a part', () => {
  const headers = { forwarded: 'for=unknown' }
  expect(headerAfter(createForwarded(['proto']), 'forwarded', { headers })).toBe('for=unknown, proto=http')
  expect(headerAfter(createForwarded([]), 'forwarded')).toBeNull()
})

const FORGED = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example', 'x-forwarded-port': '1' }

it.each([
  ['tell what was asked for, whatever the client says', {}, { isTrusted: false }, 'http www.example.com 8080'],
  ['are left to a proxy that is trusted, but for the scheme', {}, { isTrusted: true }, 'http evil.example 1'],
  ['are left alone without xForwarded', { xForwarded: false }, { isTrusted: false }, 'https evil.example 1'],
] as const)('X-Forwarded-* %s', (_, options, { isTrusted }, told) => {
  const frontend = frontendOf(options)
  const asked = { headers: FORGED, frontend, isTrusted, port: () => 8080 }
  const seen = (['proto', 'host', 'port'] as const).map((part) =>
    headerAfter(createXForwarded(frontend), `x-forwarded-${part}`, asked),
  )
  expect(seen.join(' ')).toBe(told)
})

it('X-Forwarded-* are told where a trusted proxy does not', () => {
  const asked = { frontend: frontendOf(), isTrusted: true, port: () => 8080 }
  expect(headerAfter(createXForwarded(frontendOf()), 'x-forwarded-host', asked)).toBe('www.example.com')
  expect(headerAfter(createXForwarded(frontendOf()), 'x-forwarded-port', asked)).toBe('8080')
})

it('the unique id stands behind what the client sent, where the frontend names a header for it', () => {
  const identified = (uniqueId: FrontendInput['uniqueId'], id: (() => string) | undefined) =>
    headerAfter(
      (transaction) => {
        transaction.uniqueId = id
        addUniqueId(transaction)
      },
      'x-id',
      { headers: { 'x-id': 'theirs' }, frontend: frontendOf({ uniqueId }) },
    )
  expect(identified({ format: '%[uuid]', header: 'X-Id' }, () => 'ours')).toBe('theirs, ours')
  expect(identified({ format: '%[uuid]', header: 'X-Id' }, undefined)).toBe('theirs')
  expect(identified({ format: '%[uuid]' }, () => 'ours')).toBe('theirs')
  expect(identified(undefined, undefined)).toBe('theirs')
})
