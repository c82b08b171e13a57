import { expect, it } from 'vitest'

import { configOrThrow } from '../../../config/validate.ts'
import { startingPlace } from './init-addr.ts'
import type { Place } from './places.ts'

const LAST: Place = { address: '10.0.0.7', port: 80, fqdn: 'web.test', weight: null }
const LIBC = ['10.0.0.1', '2001:db8::1']

async function startedAt(initAddr: string | undefined, last: Place | null = LAST, libc = LIBC, host = 'web.test') {
  const servers = [{ name: 's', url: `http://${host}`, resolvers: 'default', ...(initAddr ? { initAddr } : {}) }]
  const config = configOrThrow({ backends: [{ name: 'app', servers }] }, 'serve')
  const { resolution } = config.backends[0]!.servers[0]!
  return (await startingPlace(resolution!, 80, last ?? undefined, async () => libc)).map(({ address }) => address)
}

it.each<[string | undefined, readonly string[]]>([
  [undefined, ['10.0.0.7']],
  ['last', ['10.0.0.7']],
  ['libc,last', ['2001:db8::1']],
  ['none,libc', []],
  ['192.0.2.1,last', ['192.0.2.1']],
  ['2001:db8::9', ['2001:db8::9']],
])('init-addr %s', async (written, expected) => {
  expect(await startedAt(written)).toEqual(expected)
})

it('without a last address, and with a name that the system does not know, it goes on to the next', async () => {
  expect(await startedAt('last,libc,192.0.2.1', null, [])).toEqual(['192.0.2.1'])
  expect(await startedAt('last,libc', null, [])).toEqual([])
  // The server had another name then.
  expect(await startedAt('last', { ...LAST, fqdn: 'api.test' })).toEqual([])
})

it('an SRV record’s last address counts, whatever its host; nothing else can', async () => {
  expect(await startedAt('last', { ...LAST, fqdn: 'a.test' }, LIBC, '_http._tcp.web.test')).toEqual(['10.0.0.7'])
  expect(await startedAt('libc,192.0.2.1', null, LIBC, '_http._tcp.web.test')).toEqual([])
})

it('of the system’s addresses, all of the preferred family may be chosen, or else the others', async () => {
  expect(await startedAt('libc', null, [...LIBC, '2001:db8::2'])).toEqual(['2001:db8::1', '2001:db8::2'])
  expect(await startedAt('libc', null, ['10.0.0.1', '10.0.0.2'])).toEqual(['10.0.0.1', '10.0.0.2'])
})
