import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, it, onTestFinished } from 'vitest'

import { readLastPlaces, writeLastPlaces } from './last-places.ts'

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'limpet-places-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return path
}

it('reads what was written, which only this user can', () => {
  const path = directory()
  const places = new Map([
    ['app/s1', { address: '10.0.0.1', port: 80, fqdn: 'web.test', weight: null }],
    ['app/s2', { address: '2001:db8::1', port: 8080, fqdn: 'a.test', weight: 256 }],
  ])
  writeLastPlaces(path, places)
  expect(readLastPlaces(path)).toEqual(places)
  expect(statSync(join(path, readdirSync(path)[0]!)).mode & 0o777).toBe(0o600)
})

it.each([
  ['nothing', undefined],
  ['half a file', '{"app/s1":{"addr'],
  ['a name in the place of an address', '{"app/s1":{"address":"evil.test","port":80,"fqdn":"web.test","weight":null}}'],
  ['no port', '{"app/s1":{"address":"10.0.0.1","port":0,"fqdn":"web.test","weight":null}}'],
])('%s is none', (_, text) => {
  const path = directory()
  writeLastPlaces(path, new Map())
  const [file] = readdirSync(path)
  rmSync(join(path, file!))
  if (text !== undefined) writeFileSync(join(path, file!), text)
  expect(readLastPlaces(path)).toEqual(new Map())
})
