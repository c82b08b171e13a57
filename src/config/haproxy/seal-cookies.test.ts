import { expect, it } from 'vitest'

import type { LimpetConfig } from '../options/root.ts'
import { sealCookies } from './seal-cookies.ts'

type Backends = LimpetConfig['backends']

function seal(backends: Backends, isApart = false) {
  const hosts = (name: string) => (isApart ? { hosts: `${name}.example.com` } : {})
  const frontends = backends.map(({ name }) => ({ name, ...hosts(name), defaultBackend: name }))
  const { config, notes } = sealCookies({ defaults: 'haproxy', frontends, backends })
  return { cookies: config.backends.map(({ cookie }) => cookie), notes }
}

const backend = (name: string, urls: readonly string[], cookie: object = { name: 'SRV', mode: 'insert' }) =>
  ({ name, cookie, servers: urls.map((url, i) => ({ name: `s${i}`, url, cookie: `S${i}` })) }) as Backends[number]
const SEALED = { mode: 'insert', format: 'sealed', accept: ['haproxy'] }

it("a cookie that is no other backend's keeps its name", () => {
  expect(seal([backend('page', ['http://a']), backend('api', ['http://b'], { name: 'API', mode: 'insert' })])).toEqual({
    cookies: [
      { ...SEALED, name: 'SRV' },
      { ...SEALED, name: 'API' },
    ],
    notes: [],
  })
  expect(seal([backend('page', ['http://a']), backend('api', ['http://b'])], true).notes).toEqual([])
})

it('backends of one site get names of their own, and read the old one', () => {
  const { cookies, notes } = seal([backend('page', ['http://a', 'http://b']), backend('v:2', ['http://c', 'http://d'])])
  expect(cookies).toEqual([
    { ...SEALED, name: 'SRV-page', formerly: ['SRV'] },
    { ...SEALED, name: 'SRV-v_2', formerly: ['SRV'] },
  ])
  expect(notes).toEqual([
    "page: its cookie is called SRV-page from now on, as 'v:2' could not read a sealed SRV; SRV is read as long as clients have it",
    "v:2: its cookie is called SRV-v_2 from now on, as 'page' could not read a sealed SRV; SRV is read as long as clients have it",
  ])
})

it('where the servers are the same machines a client must go to the same one in both: the cookie stays readable', () => {
  const plain = { name: 'SRV', mode: 'insert' }
  const { cookies, notes } = seal([
    backend('page', ['http://a', 'http://b']),
    backend('ws', ['http://b', 'http://a']),
    backend('api', ['http://c']),
  ])
  expect(cookies).toEqual([plain, plain, { ...SEALED, name: 'SRV-api', formerly: ['SRV'] }])
  expect(notes[0]).toContain(
    "page: the cookie SRV stays as HAProxy writes it: 'ws' has the same name and the same servers",
  )
})

it("an application's cookie cannot be renamed and stays readable", () => {
  const own = { name: 'JSESSIONID', mode: 'prefix' }
  const { cookies, notes } = seal([backend('page', ['http://a'], own), backend('api', ['http://b'], own)])
  expect(cookies).toEqual([own, own])
  expect(notes).toHaveLength(2)
})
