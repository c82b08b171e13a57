import { describe, expect, it } from 'vitest'

import { SERVER, toldOf } from './testing.ts'

const other = (more: object) => ({ name: 's2', url: 'https://s2.example.com', ...more })
const ofServer = (server: object, more: object = {}) => toldOf({ servers: [{ ...SERVER, ...server }], ...more })
const at = (option: string, text: string) => [`error: backends[0].servers[0].${option}: ${text}`]

describe('observe', () => {
  const NEEDS_CHECK = at('observe', 'needs a check, which brings the server back (found "layer4")')

  it.each<[object, object, readonly string[]]>([
    [{ observe: 'layer4', check: true }, {}, []],
    [{ observe: 'layer4', check: {} }, {}, []],
    [{ observe: 'layer4' }, { check: true }, []],
    [{ observe: 'layer4' }, { check: {} }, []],
    [{ observe: 'layer4' }, {}, NEEDS_CHECK],
    [{ observe: 'layer4' }, { check: false }, NEEDS_CHECK],
    [{ observe: 'layer4', check: false }, { check: true }, NEEDS_CHECK],
    [{ observe: 'layer4', check: true, errorLimit: 3, onError: 'mark-down' }, {}, []],
    [{ errorLimit: 3 }, {}, at('errorLimit', 'means nothing without observe (found 3)')],
    [{ onError: 'mark-down' }, {}, at('onError', 'means nothing without observe (found "mark-down")')],
  ])('%j in a backend with %j', (server, backend, issues) => {
    expect(ofServer(server, backend)).toEqual(issues)
  })
})

describe('track', () => {
  const of = (server: object, ...others: object[]) => toldOf({ servers: [{ ...SERVER, ...server }, ...others] })

  it.each<[string, object, object, readonly string[]]>([
    ['a server that is checked', { track: 'app/s2' }, other({ check: true }), []],
    ['nobody', { track: 'app/s3' }, other({}), at('track', 'there is no such server (found "app/s3")')],
    ['one of no backend', { track: 'api/s2' }, other({}), at('track', 'there is no such server (found "api/s2")')],
    [
      'one that tracks',
      { track: 'app/s2' },
      other({ track: 'app/s1' }),
      [
        ...at('track', 'tracks another itself: track that one (found "app/s2")'),
        'error: backends[0].servers[1].track: tracks another itself: track that one (found "app/s1")',
      ],
    ],
    [
      'beside a check',
      { track: 'app/s2', check: true },
      other({ check: true }),
      at('track', 'cannot be combined with a check of its own (found "app/s2")'),
    ],
    ['without the check of its backend', { track: 'app/s2', check: false }, other({ check: true }), []],
  ])('%s', (_, server, tracked, issues) => {
    expect(of(server, tracked)).toEqual(issues)
  })
})

it('CAs and names of certificates are for https, and for limpet serve', () => {
  const url = 'https://s1.example.com'
  const options = { url, caFile: 'ca.pem', verifyhost: 'app.internal' }
  const of = (server: object, target: 'serve' | 'cloudflare') => toldOf({ servers: [{ ...SERVER, ...server }] }, target)
  expect(of(options, 'serve')).toEqual([])
  expect(of(options, 'cloudflare')).toEqual([
    expect.stringContaining('error: backends[0].servers[0].caFile: Cloudflare trusts the CAs that browsers trust'),
    expect.stringContaining('error: backends[0].servers[0].verifyhost: Cloudflare trusts'),
  ])
  expect(of({ ...options, url: 'http://s1.example.com' }, 'serve')).toEqual([
    ...at('caFile', 'has no effect without https (found "ca.pem")'),
    ...at('verifyhost', 'has no effect without https (found "app.internal")'),
  ])
})

it('a queue is for a server with a limit', () => {
  expect(ofServer({ maxqueue: 5, maxconn: 1 })).toEqual([])
  expect(ofServer({ maxqueue: 5 })).toEqual(at('maxqueue', 'has no effect without maxconn'))
})

it("an address, or this machine, is out of Cloudflare's reach alone", () => {
  for (const url of ['http://192.0.2.1', 'http://localhost:3000']) {
    expect(ofServer({ url })).toEqual([])
    expect(toldOf({ servers: [{ ...SERVER, url }] }, 'either')).toEqual([])
  }
  expect(toldOf({ servers: [{ ...SERVER, url: 'http://[2001:db8::1]:80' }] }, 'cloudflare')[0]).toMatch(
    /^error: backends\[0\]\.servers\[0\]\.url: Cloudflare refuses to fetch an address \(error 1003\)/,
  )
  expect(toldOf({ servers: [{ ...SERVER, url: 'http://localhost:3000' }] }, 'cloudflare')).toEqual(
    at('url', 'is this machine, which Cloudflare cannot reach (found "http://localhost:3000")'),
  )
})

it('an agent is asked at one place', () => {
  const url = 'https://s1.example.com/agent'
  const message = 'error: backends[0].servers[0].agent: needs a port or a url, and not both'
  expect(ofServer({ agent: { port: 9777 } })).toEqual([])
  expect(ofServer({ agent: { url } })).toEqual([])
  expect(ofServer({ agent: { inter: '1s' } })).toEqual([message])
  expect(ofServer({ agent: { port: 9777, url } })).toEqual([message])
})
