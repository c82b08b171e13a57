import { expect, it } from 'vitest'

import { validateConfig } from '../config/validate.ts'
import { createThrottle } from '../flow/throttle.ts'
import type { RequestLog } from './ports.ts'
import { createTally } from '../stats/tally.ts'
import { createProxy } from './proxy.ts'

it('logs the path that the client asked for, whatever rules made of it', async () => {
  const { config } = validateConfig(
    {
      frontends: [
        {
          name: 'f',
          rules: [{ do: { setPath: '/inside%[path]' } }, { if: { path: '/inside/a' }, do: { deny: { status: 403 } } }],
          defaultBackend: 'b',
        },
      ],
      backends: [{ name: 'b', servers: [{ name: 's', url: 'https://s.example' }] }],
    },
    'serve',
  )
  const lines: RequestLog[] = []
  const proxy = createProxy(config!, new Map(), {
    makeGate: () => undefined,
    tallyOf: createTally,
    pageOf: () => {
      throw new Error('there is no page')
    },
    throttle: createThrottle(() => 0),
    countPassage: undefined,
  })
  const response = await proxy.handle(
    new Request('http://x/a?b=c'),
    new URL('http://x/a?b=c'),
    {
      peerAddress: '192.0.2.1',
      peerPort: 1,
      port: 80,
      frontends: undefined,
      onCloudflare: false,
      lifetime: { waitUntil: () => undefined },
    },
    {
      send: () => Promise.reject(new Error('nothing is sent')),
      whenClosed: () => undefined,
      whenEnded: (each) => ({ response: each, cut: () => undefined, passedBytes: () => 0 }),
      countsBytes: false,
      onCloudflare: false,
      now: () => 0,
      random: () => 0,
      report: async () => undefined,
      log: (line) => lines.push(line),
    },
  )
  expect(response.status).toBe(403)
  expect(lines).toMatchObject([{ path: '/a', status: 403, frontend: 'f', backend: null }])
})
