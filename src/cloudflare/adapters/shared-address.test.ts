// Which backends mind that all clients of a Worker have one address, and how often the log says so.

import { afterEach, expect, it, vi } from 'vitest'

import type { BackendInput } from '../../config/options/backend.ts'
import { configOrThrow } from '../../config/validate.ts'
import { createNoticeClient } from './shared-address.ts'

const servers = [{ name: 's1', url: 'https://s1.example' }]
const noticeFor = (backend: Omit<BackendInput, 'name' | 'servers'>) =>
  createNoticeClient(configOrThrow({ backends: [{ name: 'app', servers, ...backend }] }, 'cloudflare'))
const stickTable = { type: 'ipv6', size: 100 } as const

afterEach(() => vi.restoreAllMocks())

it.each<[string, Omit<BackendInput, 'name' | 'servers'>]>([
  ['balances by source', { balance: 'source' }],
  ['sticks on src', { stickTable, stick: [{ on: 'src' }] }],
])('a backend that %s is named once', (_, backend) => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
  const notice = noticeFor(backend)!
  notice('app', '2a06:98c0:3600::104')
  notice('other', '2a06:98c0:3600::103')
  expect(warn).not.toHaveBeenCalled()
  notice('app', '2a06:98c0:3600::103')
  notice('app', '2a06:98c0:3600::103')
  expect(warn.mock.calls).toEqual([[expect.stringContaining('"event":"clients-share-address","backend":"app"')]])
})

it.each<[string, Omit<BackendInput, 'name' | 'servers'>]>([
  ['takes turns', { balance: 'roundrobin' }],
  ['sticks on a cookie', { cookie: { name: 'SERVERID' } }],
  ['sticks on a header', { stickTable: { type: 'string', size: 100 }, stick: [{ on: 'req.hdr(x-user)' }] }],
])('a backend that %s costs no look', (_, backend) => {
  expect(noticeFor(backend)).toBeUndefined()
})
