import { expect, it } from 'vitest'

import { told } from './testing.ts'

it('a syslog server is ignored on Cloudflare, and only there', () => {
  const syslog = { syslog: '127.0.0.1:514' }
  const message = 'limpet serve sends lines there; on Cloudflare they go to Workers Logs (observability, or logpush)'
  expect(told({ logTo: ['stdout', syslog] }, 'serve')).toEqual([])
  expect(told({ logTo: ['stdout', syslog] }, 'cloudflare')).toEqual([
    `warning: logTo[1].syslog: ${message} (found "127.0.0.1:514")`,
  ])
})

it('a place for the Monitor is ignored by limpet serve, and only there', () => {
  const monitor = { near: 'weur' }
  expect(told({ monitor }, 'cloudflare')).toEqual([])
  expect(told({ monitor: {} }, 'serve')).toEqual([])
  expect(told({ monitor }, 'serve')).toEqual([
    'warning: monitor.near: is ignored by limpet serve, which keeps the Monitor on this machine (found "weur")',
  ])
})
